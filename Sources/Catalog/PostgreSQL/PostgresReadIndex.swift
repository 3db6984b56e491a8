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

    private static let question = PostgresStatement(
        """
        SELECT CASE WHEN current_setting('synchronous_standby_names') <> ''
            THEN pg_logical_emit_message(true, 'bookstore', '') END IS NULL
        """)

    private let database: PostgresDatabase
    private let session = Mutex<PostgresConnection?>(nil)
    /// The last movement that an answer told of.
    private let told = Atomic<Int64>(0)

    init(_ database: PostgresDatabase) { self.database = database }

    func changes(after movement: Int64) throws -> LedgerChanges? {
        try session.withLock { session in
            do {
                guard let connection = session, connection.isIdle else {
                    session = try database.newSession(answerTimeMax: Self.answerTimeMax)
                    return nil
                }
                let rows = try connection.run([Self.question, Self.changes(after: movement)])[1]
                let changes = try Self.read(rows, after: movement)
                told.store(changes?.through ?? 0, ordering: .relaxed)
                return changes
            } catch let error as PostgresError {
                session = nil
                throw database.unavailable(error)
            }
        }
    }

    /// The ledger's last movement, as far as answers have told.
    var head: Int64 { told.load(ordering: .relaxed) }

    func close() { session.withLock { $0 = nil } }

    /// The head, beside each book that changed after a movement; once alone where none did.
    private static func changes(after movement: Int64) -> PostgresStatement {
        PostgresStatement(
            """
            SELECT head.sequence, changed.added_by, changed.retired, \(PostgresCatalogRow.bookColumns(of: "changed"))
            FROM ledger AS head LEFT JOIN LATERAL (
                SELECT * FROM book WHERE item_number IN (SELECT item_number FROM movement WHERE sequence > $1::bigint)
            ) AS changed ON true
            """, [.int(movement)])
    }

    private static func read(_ rows: PostgresRows, after movement: Int64) throws -> LedgerChanges? {
        guard let head = rows.first?[0] else { throw LedgerFault("the ledger has no head") }
        // A database that has forgotten what is in memory.
        guard head >= movement else { return nil }
        var books = ShelfChanges()
        guard head > movement else { return LedgerChanges(after: movement, through: head, books: books) }
        for row in rows where row.int(3) != nil {
            let book = try PostgresCatalogRow.book(row, at: 3)
            let isNew = row.int(1).map { $0 > movement } ?? false
            switch (isNew, row.bool(2)) {
            // It came and went, and was never on this shelf.
            case (true, true): break
            case (true, false): books.added.append(book)
            case (false, true): books.retired.insert(book.item)
            case (false, false): books.states[book.item] = (book.price, book.stock)
            }
        }
        return LedgerChanges(after: movement, through: head, books: books)
    }
}
