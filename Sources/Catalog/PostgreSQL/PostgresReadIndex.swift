internal import Model
internal import Storage
internal import Synchronization

/// Asks PostgreSQL, over a session of its own, what the ledger has become.
///
/// A server that was replaced does not know it, and would answer reads with what it last had. Where it has a synchronous
/// standby, each question is therefore a small transaction: its COMMIT is confirmed by the standby, and one that serves
/// as the new primary confirms nothing to the old.
final class PostgresReadIndex: ReadIndex {
    /// How long an answer may take: less than a frontend waits for a lookup.
    private static let answerTimeMax = Duration.seconds(2)

    private static let question = "SELECT sequence, \(PostgresConnection.confirmation) FROM ledger"

    private struct Session {
        let connection: PostgresConnection
        var hasAnswered = false
    }

    private let database: PostgresDatabase
    private let session = Mutex<Session?>(nil)
    /// The last movement that an answer told of.
    private let told = Atomic<Int64>(0)

    init(_ database: PostgresDatabase) { self.database = database }

    func changes(after movement: Int64) throws -> LedgerChanges? {
        try session.withLock { session in
            do {
                guard let connection = session?.connection, connection.isIdle else {
                    return try begin(&session)
                }
                do {
                    let changes = try Self.changes(after: movement, on: connection)
                    session?.hasAnswered = true
                    told.store(changes?.through ?? 0, ordering: .relaxed)
                    return changes
                } catch let error as PostgresError
                    where error.kind == .lost && session?.hasAnswered == true && !connection.isGivenUp
                {
                    // It has ended since the last question, perhaps long ago: that refuses no read.
                    return try begin(&session)
                }
            } catch let error as PostgresError {
                session = nil
                throw database.unavailable(error)
            }
        }
    }

    /// What is in memory may be of another server's than the session leads to.
    private func begin(_ session: inout Session?) throws -> LedgerChanges? {
        session = nil
        session = Session(connection: try database.newSession(answerTimeMax: Self.answerTimeMax))
        return nil
    }

    /// The ledger's last movement, as far as answers have told.
    var head: Int64 { told.load(ordering: .relaxed) }

    func close() { session.withLock { $0 = nil } }

    private static func changes(
        after movement: Int64, on connection: PostgresConnection
    ) throws -> LedgerChanges? {
        guard let head = try connection.run(question).first?[0] else {
            throw LedgerFault("the ledger has no head")
        }
        // A database that has forgotten what is in memory.
        guard head >= movement else { return nil }
        guard head > movement else {
            return LedgerChanges(after: movement, through: head, books: ShelfChanges())
        }
        return try read(connection.run(bookChanges, [.int(movement)]), after: movement)
    }

    /// The head, beside each book that a movement after the given one names, and whether more than its stock and price
    /// is another.
    private static let bookChanges = """
        SELECT head.sequence, is_other, retired, \(PostgresCatalogRow.bookColumns())
        FROM ledger AS head, book JOIN (
            SELECT item_number, bool_or(\(MovementKind.changesRange)) AS is_other FROM movement WHERE sequence > $1::bigint
            GROUP BY item_number
        ) AS named USING (item_number)
        """

    private static func read(_ rows: PostgresRows, after movement: Int64) throws -> LedgerChanges? {
        guard let head = rows.first?[0] else { throw LedgerFault("a movement is of no book") }
        var books = ShelfChanges()
        for row in rows {
            let book = try PostgresCatalogRow.book(row, at: 3)
            switch (row.bool(1), row.bool(2)) {
            case (true, true): books.retire(book.item)
            case (true, false): books.show(book)
            // Copies of an order that come back to a book out of the shop are on no shelf.
            case (false, true): break
            case (false, false): books.states[book.item] = (book.price, book.stock)
            }
        }
        return LedgerChanges(after: movement, through: head, books: books)
    }
}
