package import Model
package import Storage
internal import Synchronization

/// The books, their stock and the ledger, in PostgreSQL.
package final class PostgresCatalogStore: PostgresStore, CatalogStoring {
    /// What the next batch follows.
    private struct Tail {
        /// The ledger's last movement, whichever catalog made it.
        var movement: Int64
        /// The last movement of this catalog's log.
        var logged: Int64
        /// Every number below it is taken: a lower bound.
        var lowestFree: Int64 = 1
        var refusals: RefusalTally
    }

    /// Books that one statement stores.
    private static let insertedAtOnce = 4_096

    package let database: PostgresDatabase
    package let ledger: Int64
    package let bookCount: Int
    private let index: PostgresReadIndex
    package var readIndex: (any ReadIndex)? { index }
    private let refusalHours: Int
    private let refusalCountMax: Int
    private let tail: Mutex<Tail>

    /// Opens the catalog in a database, or makes one with `firstBooks` where there is none: all of it or nothing.
    ///
    /// - Parameters:
    ///   - folder: where the catalog keeps its index for find, and which log is its own.
    ///   - log: see ``Storage/PostgresDatabase``.
    ///   - refusalHours: how long refusals are remembered by their keys.
    ///   - refusalCountMax: how many are remembered.
    ///   - patience: how long it waits while another process has the log.
    ///   - firstBooks: called only for a new catalog; in any order, each number once. There may be none.
    ///   - progress: called with the number of books stored so far.
    /// - Throws: ``Storage/PostgresError``, or the error of `firstBooks`.
    package init(
        _ url: StoreURL, folder: String, log: Int64? = nil,
        refusalHours: Int = CatalogStore.refusalHoursMin,
        refusalCountMax: Int = RefusalWriter.countMax, patience: Duration = PostgresDatabase.patience,
        firstBooks: () throws -> [Book], progress: (Int) -> Void = { _ in }
    ) throws {
        let database = try PostgresDatabase(
            url, schema: PostgresCatalogSchema.schema, folder: folder, log: log, patience: patience
        ) { try Self.fill(firstBooks().sorted { $0.item < $1.item }, on: $0, progress: progress) }
        self.database = database
        self.refusalHours = refusalHours
        self.refusalCountMax = refusalCountMax
        let (ledger, bookCount, tail) = try database.load { connection in
            let rows = try connection.run(
                "SELECT identity, (SELECT count(*) FROM book WHERE NOT retired) FROM ledger")
            guard let row = rows.first else { throw LedgerFault("the ledger has no head") }
            return (row[0], Int(row[1]), try Self.tail(on: connection, of: database.log))
        }
        self.ledger = ledger
        self.bookCount = bookCount
        self.tail = Mutex(tail)
        index = PostgresReadIndex(database)
    }

    /// Whether the database holds a catalog already.
    ///
    /// - Throws: ``Storage/PostgresError`` where that cannot be found out.
    package static func exists(at url: StoreURL) throws -> Bool {
        let connection = try PostgresConnection(url, application: "bookstore catalog")
        return try PostgresCatalogSchema.schema.version(on: connection) > 0
    }

    private static func fill(
        _ books: [Book], on connection: PostgresConnection, progress: (Int) -> Void
    ) throws {
        try connection.run([PostgresCatalogSchema.insertHead(.random(in: .min ... .max))])
        for start in stride(from: 0, to: books.count, by: insertedAtOnce) {
            progress(start)
            let piece = books[start..<min(start + insertedAtOnce, books.count)]
            let added = try connection.run([PostgresCatalogRow.insertion(piece, addedBy: nil)])[0]
            guard added.count == piece.count else { throw LedgerFault("a book is among the books twice") }
        }
        progress(books.count)
    }

    package func reopen() throws {
        let tail = try database.reopen { try Self.tail(on: $0, of: database.log) }
        self.tail.withLock { $0 = tail }
    }

    private static func tail(on connection: PostgresConnection, of log: PostgresLog) throws -> Tail {
        Tail(
            movement: try connection.run("SELECT sequence FROM ledger")[0][0],
            logged: try log.last(on: connection),
            refusals: try PostgresRefusals.tally(in: PostgresCatalogSchema.refusal, on: connection))
    }

    // MARK: Reading

    package var lastNumber: Int64 { tail.withLock { $0.logged } }

    package var lastMovement: Int64 { max(tail.withLock { $0.movement }, index.head) }

    package var refusals: RefusalTally { tail.withLock { $0.refusals } }

    package func forEachBookInShop(_ body: (Book) throws -> Void) throws -> Int64 {
        let stock = PlantedBug.isOn(.restartsFromOpeningStock) ? "opening_stock" : "stock"
        var lowestFree: Int64 = 1
        let columns = "item_number, retired, " + PostgresCatalogRow.bookColumns(stock: "book." + stock)
        let movement = try database.readAll { connection in
            try connection.forEachRow("SELECT \(columns) FROM book ORDER BY item_number") {
                if $0[0] == lowestFree { lowestFree += 1 }
                if !$0.bool(1) { try body(PostgresCatalogRow.book($0, at: 2)) }
            }
            return try connection.run("SELECT sequence FROM ledger")[0][0]
        }
        tail.withLock { $0.lowestFree = max($0.lowestFree, lowestFree) }
        return movement
    }

    package func forEachOpeningBook(_ body: (Book) throws -> Void) throws {
        try database.forEachRow(
            "SELECT \(PostgresCatalogRow.openingColumns()) FROM book WHERE added_by IS NULL ORDER BY item_number"
        ) { try body(PostgresCatalogRow.book($0)) }
    }

    package func forEachMovement(after sequence: Int64, _ body: (Int64, LedgerEntry) throws -> Void) throws {
        try database.forEachRow(
            """
            SELECT sequence, \(PostgresCatalogRow.entryColumns) FROM movement JOIN book USING (item_number)
            WHERE sequence > $1::bigint ORDER BY sequence
            """, [.int(sequence)]
        ) { try body($0[0], PostgresCatalogRow.entry($0, at: 1)) }
    }

    package func forEachLine(after number: Int64, _ body: (String) throws -> Void) throws {
        // What other catalogs executed since is not looked through.
        let last = lastNumber
        guard number < last else { return }
        try database.forEachRow(
            """
            SELECT \(PostgresCatalogRow.entryColumns) FROM movement JOIN book USING (item_number)
            WHERE sequence > $1::bigint AND sequence <= $2::bigint AND log = $3::bigint ORDER BY sequence
            """, [.int(number), .int(last), .int(database.log.number)]
        ) { try body(PostgresCatalogRow.entry($0).logLine) }
    }

    package func sales(after sale: SalePosition, limit: Int) throws -> [LedgerSale] {
        try database.read { connection in
            let rows = try connection.run(
                """
                SELECT sale, item_number, order_key, kind, sequence FROM movement
                WHERE sale > $1::bigint AND sale IS NOT NULL ORDER BY sale LIMIT $2::bigint
                """, [.int(sale.ledger == ledger ? sale.number : 0), .int(Int64(limit))])
            let shares = try PostgresOrderRows.shares(
                rows.filter { $0[3] != 0 }.map { $0[4] }, on: connection)
            return rows.compactMap { row in
                let share = shares[row[4]]
                return ItemNumber(row[1]).map {
                    LedgerSale(
                        position: SalePosition(ledger: ledger, number: row[0]), item: $0,
                        key: share?.key ?? IdempotencyKey(trusted: row.text(2) ?? ""), share: share?.share)
                }
            }
        }
    }

    // MARK: Writing

    package func commit(
        _ changes: [CatalogChange], mark: LogMark, beforeEnd: (CatalogBatch) throws -> Void = { _ in }
    ) throws -> CatalogBatch {
        let before = tail.withLock { $0 }
        let (batch, next) = try database.commit { connection in
            var tables = try PostgresLedger(
                changes, on: connection, log: database.log.number,
                refusals: PostgresRefusals(
                    before.refusals, in: PostgresCatalogSchema.refusal, countMax: refusalCountMax))
            try tables.refusals.forgetOld(hours: refusalHours, on: connection)
            var writer = LedgerWriter(
                tables, ledger: ledger, movement: tables.head.movement, sale: tables.head.sale,
                lowestFree: before.lowestFree)
            let batch = try CatalogBatch(changes, in: &writer)
            let logged = batch.executed.isEmpty ? before.logged : writer.lastMovement
            try beforeEnd(batch)
            try writer.tables.end(
                movement: writer.lastMovement, sale: writer.lastSale, mark: saving(mark, last: logged))
            return (
                batch,
                Tail(
                    movement: writer.lastMovement, logged: logged, lowestFree: writer.lowestFree,
                    refusals: writer.tables.refusals.tally)
            )
        }
        tail.withLock { $0 = next }
        return batch
    }
}
