internal import GRDB
package import Model
package import Storage
internal import Synchronization

/// The books, their stock and the ledger, in an SQLite database.
///
/// One process has the database (``Storage/DataLock``), and one thread of it writes.
package final class CatalogStore: FileStore {
    /// What the next batch follows.
    struct Tail {
        var movement: Int64
        var sale: Int64
        /// Every number below it is taken: a lower bound.
        var lowestFree: Int64 = 1
        var refusals: RefusalTally
    }

    package let file: StoreFile
    /// The ledger's identity: an order server tells by it whether it has met this ledger before.
    let ledger: Int64
    private let refusalHours: Int
    private let refusalCountMax: Int
    /// How many books the shop had when the database was opened.
    package let bookCount: Int
    private let tail: Mutex<Tail>

    /// The database's file name in the data folder.
    package static let fileName = CatalogSchema.database.fileName

    /// Whether the folder holds a catalog's database already.
    package static func exists(in folder: String) -> Bool { CatalogSchema.database.exists(in: folder) }

    /// Opens the catalog in `folder`, or makes one with `firstBooks` where there is none.
    ///
    /// - Parameters:
    ///   - refusalHours: how long refusals are remembered by their keys.
    ///   - refusalCountMax: how many are remembered.
    ///   - firstBooks: called only for a new database; in any order, each number once. There may be none.
    ///   - progress: told how many of the books are stored.
    /// - Throws: ``Model/FileFault`` or the database's error; a database that could not be filled is
    ///   removed, so that nothing is half loaded.
    package static func open(
        folder: String, refusalHours: Int = refusalHoursMin,
        refusalCountMax: Int = RefusalWriter.countMax, firstBooks: () throws -> [Book],
        progress: (Int) -> Void = { _ in }
    ) throws -> CatalogStore {
        let file = try StoreFile(CatalogSchema.database, in: folder)
        let books = file.exists ? [] : try firstBooks().sorted { $0.item < $1.item }
        return try DatabaseFile.explained(file.path) {
            try file.makeIfMissing { try CatalogSchema.insert(books, in: $0, progress: progress) }
            return try CatalogStore(file, refusalHours: refusalHours, refusalCountMax: refusalCountMax)
        }
    }

    private init(_ file: StoreFile, refusalHours: Int, refusalCountMax: Int) throws {
        self.file = file
        self.refusalHours = refusalHours
        self.refusalCountMax = refusalCountMax
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

    /// Calls `body` with every book in the shop, in item-number order. As all books pass by, the lowest number that is
    /// free is found for those that will be added.
    func forEachBookInShop(_ body: (Book) throws -> Void) throws {
        let stock = PlantedBug.isOn(.restartsFromOpeningStock) ? "opening_stock" : "stock"
        var lowestFree: Int64 = 1
        let sql = """
            SELECT item_number, retired, \(CatalogRow.bookColumns(stock: stock)) FROM book ORDER BY item_number
            """
        try file.forEachRow(sql) { row in
            if row[0] == lowestFree { lowestFree += 1 }
            if row[1] == 0 { try body(CatalogRow.book(row, at: 2)) }
        }
        tail.withLock { $0.lowestFree = max($0.lowestFree, lowestFree) }
    }

    /// Sales after `sale`, in order, at most `limit`; all from the first where `sale` is of another ledger.
    /// Reads the disk.
    package func sales(after sale: SalePosition, limit: Int) throws -> [LedgerSale] {
        try file.values(
            "SELECT sale, item_number, order_key FROM movement WHERE sale > ? ORDER BY sale LIMIT ?",
            [sale.ledger == ledger ? sale.number : 0, limit]
        ) { row in
            ItemNumber(row[1] as Int64).map {
                LedgerSale(
                    position: SalePosition(ledger: ledger, number: row[0]), item: $0,
                    key: IdempotencyKey(trusted: row[2]))
            }
        }
    }

    /// The number of the last movement; 0 before the first.
    package var lastMovement: Int64 { tail.withLock { $0.movement } }

    package var lastNumber: Int64 { lastMovement }

    // MARK: Writing

    /// How long refusals are remembered by their keys, at least. Sales are remembered for ever: the ledger
    /// has their keys.
    package static let refusalHoursMin = Int(RefusalWriter.hoursMin)

    /// What is remembered of refused changes.
    package var refusals: RefusalTally { tail.withLock { $0.refusals } }

    /// What a batch did.
    package struct Batch: CommittedBatch {
        package var results: [Result<CatalogOutcome, StoreError>]
        /// What was executed now, in the ledger's order.
        var executed: [LedgerEntry]
        var shelf: ShelfChanges

        package var lines: [MarkedLog.Line] { executed.map { MarkedLog.Line($0.logLine) } }
    }

    package func commit(
        _ changes: [CatalogChange], mark: LogMark, beforeEnd: (Batch) throws -> Void = { _ in }
    ) throws -> Batch {
        var next = tail.withLock { $0 }
        let batch = try file.write(beforeEnd: beforeEnd) { database in
            var writer = try LedgerWriter(
                in: database, ledger: ledger, after: next,
                refusals: try RefusalWriter(next.refusals, countMax: refusalCountMax, in: database))
            try mark.save(database)
            try writer.refusals.forgetOld(hours: refusalHours, in: database)
            let results = try changes.map { change -> Result<CatalogOutcome, StoreError> in
                switch change {
                case .update(let change): try writer.apply(change).map { CatalogOutcome(update: $0) }
                case .keeper(let request):
                    try writer.apply(request, in: database).map { CatalogOutcome(books: $0) }
                }
            }
            try writer.writeBooks(in: database)
            if PlantedBug.isOn(.marksLogTooEarly) {
                try LogMark(position: mark.position, sequence: writer.lastMovement).save(database)
            }
            next = Tail(
                movement: writer.lastMovement, sale: writer.lastSale, lowestFree: writer.lowestFree,
                refusals: writer.refusals.tally)
            return Batch(results: results, executed: writer.executed, shelf: writer.shelf)
        }
        tail.withLock { $0 = next }
        return batch
    }
}

/// What the catalog log is completed from.
extension CatalogStore {
    /// Calls `body` with the opening state of every book that the store was opened with, in item-number order.
    func forEachOpeningBook(_ body: (Book) throws -> Void) throws {
        let sql = """
            SELECT \(CatalogRow.bookColumns(price: "opening_price_cents", stock: "opening_stock"))
            FROM book WHERE added_by IS NULL ORDER BY item_number
            """
        try file.forEachRow(sql) { try body(CatalogRow.book($0)) }
    }

    package func forEachLine(after number: Int64, _ body: (String) throws -> Void) throws {
        try forEachMovement(after: number) { _, entry in try body(entry.logLine) }
    }

    /// Calls `body` with every movement after `sequence`, in order.
    func forEachMovement(after sequence: Int64, _ body: (Int64, LedgerEntry) throws -> Void) throws {
        let sql = """
            SELECT sequence, \(CatalogRow.entryColumns) FROM movement JOIN book USING (item_number)
            WHERE sequence > ? ORDER BY sequence
            """
        try file.forEachRow(sql, [sequence]) { try body($0[0], CatalogRow.entry($0, at: 1)) }
    }
}
