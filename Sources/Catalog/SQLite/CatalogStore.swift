internal import GRDB
package import Model
internal import Monitoring
package import Storage
internal import Synchronization

/// The books, their stock and the ledger, in an SQLite database.
///
/// One process has the database (``Storage/DataLock``), and one thread of it writes.
package final class CatalogStore: FileStore, CatalogStoring {
    /// What the next batch follows.
    struct Tail {
        var movement: Int64
        var sale: Int64
        /// Every number below it is taken: a lower bound.
        var lowestFree: Int64 = 1
        var refusals: RefusalTally
    }

    package let file: StoreFile
    package let ledger: Int64
    private let refusalHours: Int
    private let refusalCountMax: Int
    private let now: @Sendable () -> Timestamp
    package let bookCount: Int
    private let tail: Mutex<Tail>

    /// The database's file name in the data folder.
    package static let fileName = CatalogSchema.database.fileName

    /// Whether the folder holds a catalog's database already.
    package static func exists(in folder: String) -> Bool { CatalogSchema.database.exists(in: folder) }

    /// Opens the catalog in `folder`, or makes one with `firstBooks` if there is none.
    ///
    /// - Parameters:
    ///   - refusalHours: how long refusals are remembered by their keys.
    ///   - refusalCountMax: how many are remembered.
    ///   - firstBooks: called only for a new database; in any order, each number once. There may be none.
    ///   - progress: called with the number of books stored so far.
    ///   - now: the time of what is written.
    /// - Throws: ``Model/FileFault`` or the database's error; a database that could not be filled is
    ///   removed, so that nothing is half loaded.
    package static func open(
        folder: String, refusalHours: Int = refusalHoursMin,
        refusalCountMax: Int = RefusalWriter.countMax, firstBooks: () throws -> [Book],
        progress: (Int) -> Void = { _ in }, now: @escaping @Sendable () -> Timestamp = { .now }
    ) throws -> CatalogStore {
        let file = try StoreFile(CatalogSchema.database, in: folder)
        let books = file.exists ? [] : try firstBooks().sorted { $0.item < $1.item }
        return try DatabaseFile.explained(file.path) {
            try file.makeIfMissing { try CatalogSchema.insert(books, in: $0, progress: progress) }
            return try CatalogStore(
                file, refusalHours: refusalHours, refusalCountMax: refusalCountMax, now: now)
        }
    }

    private init(
        _ file: StoreFile, refusalHours: Int, refusalCountMax: Int, now: @escaping @Sendable () -> Timestamp
    ) throws {
        self.file = file
        self.refusalHours = refusalHours
        self.refusalCountMax = refusalCountMax
        self.now = now
        let (ledger, bookCount, tail) = try file.open { database in
            guard let ledger = try Int64.fetchOne(database, sql: "SELECT identity FROM ledger") else {
                throw FileFault(path: file.path, reason: "has no ledger identity")
            }
            let count = try Int.fetchOne(database, sql: "SELECT count(*) FROM book WHERE retired = 0")
            return (ledger, count ?? 0, try Self.tail(in: database))
        }
        self.ledger = ledger
        self.bookCount = bookCount
        self.tail = Mutex(tail)
    }

    package func reopen() throws {
        let tail = try file.open(Self.tail)
        self.tail.withLock { $0 = tail }
    }

    private static func tail(in database: Database) throws -> Tail {
        let last = try Row.fetchOne(
            database,
            sql: "SELECT ifnull(max(sequence), 0), (SELECT ifnull(max(sale), 0) FROM movement) FROM movement")
        return Tail(
            movement: last?[0] ?? 0, sale: last?[1] ?? 0, refusals: try RefusalWriter.tally(in: database))
    }

    // MARK: Reading

    package func forEachBookInShop(_ body: (Book) throws -> Void) throws -> Int64 {
        let stock = PlantedBug.isOn(.restartsFromOpeningStock) ? "opening_stock" : "stock"
        var lowestFree: Int64 = 1
        let sql = """
            SELECT item_number, retired, \(CatalogRow.bookColumns(stock: stock)) FROM book ORDER BY item_number
            """
        try file.forEachRow(sql) { row in
            if row[0] == lowestFree { lowestFree += 1 }
            if row[1] == 0 { try body(CatalogRow.book(row, at: 2)) }
        }
        return tail.withLock {
            $0.lowestFree = max($0.lowestFree, lowestFree)
            return $0.movement
        }
    }

    package func sales(after sale: SalePosition, limit: Int) throws -> [LedgerSale] {
        try file.read { database in
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT sale, item_number, order_key, kind, sequence FROM movement
                    WHERE sale > ? ORDER BY sale LIMIT ?
                    """, arguments: [sale.ledger == ledger ? sale.number : 0, limit])
            let shares = try OrderRows.shares(
                rows.filter { $0[3] != 0 }.map { $0[4] as Int64 }, in: database)
            return rows.compactMap { row in
                let share = shares[row[4]]
                return ItemNumber(row[1] as Int64).map {
                    LedgerSale(
                        position: SalePosition(ledger: ledger, number: row[0]), item: $0,
                        key: share?.key ?? IdempotencyKey(trusted: row[2]), share: share?.share)
                }
            }
        }
    }

    package var lastNumber: Int64 { tail.withLock { $0.movement } }

    // MARK: Writing

    /// How long refusals are remembered by their keys, at least. Sales are remembered forever: the ledger
    /// has their keys.
    package static let refusalHoursMin = Int(RefusalWriter.hoursMin)

    /// What is remembered of refused changes.
    package var refusals: RefusalTally { tail.withLock { $0.refusals } }

    package func commit(
        _ changes: [CatalogChange], mark: LogMark, beforeEnd: (CatalogBatch) throws -> Void = { _ in }
    ) throws -> CatalogBatch {
        var next = tail.withLock { $0 }
        let batch = try file.write(beforeEnd: beforeEnd) { database in
            var tables = try SQLiteLedger(
                in: database,
                refusals: try RefusalWriter(next.refusals, countMax: refusalCountMax, in: database))
            try mark.save(database)
            try tables.refusals.forgetOld(hours: refusalHours, in: database)
            var writer = LedgerWriter(
                tables, ledger: ledger, movement: next.movement, sale: next.sale, lowestFree: next.lowestFree,
                at: now())
            let batch = try CatalogBatch(changes, in: &writer)
            if PlantedBug.isOn(.marksLogTooEarly) {
                try LogMark(position: mark.position, sequence: writer.lastMovement).save(database)
            }
            next = Tail(
                movement: writer.lastMovement, sale: writer.lastSale, lowestFree: writer.lowestFree,
                refusals: writer.tables.refusals.tally)
            return batch
        }
        tail.withLock { $0 = next }
        return batch
    }
}

/// What the catalog log is completed from.
extension CatalogStore {
    package func forEachOpeningBook(_ body: (Book) throws -> Void) throws {
        let sql = """
            SELECT \(CatalogRow.openingColumns())
            FROM book WHERE added_by IS NULL ORDER BY item_number
            """
        try file.forEachRow(sql) { try body(CatalogRow.book($0)) }
    }

    package func forEachMovement(after sequence: Int64, _ body: (Int64, LedgerEntry) throws -> Void) throws {
        let sql = """
            SELECT sequence, \(CatalogRow.entryColumns) FROM movement JOIN book USING (item_number)
            WHERE sequence > ? ORDER BY sequence
            """
        try file.forEachRow(sql, [sequence]) { try body($0[0], CatalogRow.entry($0, at: 1)) }
    }
}
