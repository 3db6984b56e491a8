internal import GRDB
package import Model
package import Services
package import Storage
internal import Synchronization

/// The books, their stock and the ledger, in an SQLite database with its read side in memory.
///
/// One process has the database (``Storage/DataLock``), and one thread of it writes; that is what allows
/// the memory to answer for the database. Everything that knows this stands in this file's target.
package final class CatalogStore: FileStore {
    /// What the next batch follows.
    struct Tail {
        var movement: Int64
        var sale: Int64
        /// Every number below it is taken.
        var lowestFree: Int64
        var refusals: RefusalTally
    }

    package let file: StoreFile
    /// The ledger's identity: an order server tells by it whether it has met this ledger before.
    let ledger: Int64
    private let refusalHours: Int
    private let refusalCountMax: Int
    private let shelf: Mutex<Shelf>
    private let tail: Mutex<Tail>
    private let keptTopics = KeptTopicLists()

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
        let (ledger, shelf, tail) = try file.open { database in
            guard let ledger = try Int64.fetchOne(database, sql: "SELECT identity FROM ledger") else {
                throw FileFault(path: file.path, reason: "has no ledger identity")
            }
            let (shelf, tail) = try Self.load(database)
            return (ledger, shelf, tail)
        }
        self.ledger = ledger
        self.shelf = Mutex(shelf)
        self.tail = Mutex(tail)
    }

    /// Lookups go on from the last committed state meanwhile.
    package func reopen() throws {
        let (shelf, tail) = try file.open(Self.load)
        self.shelf.withLock { $0 = shelf }
        self.tail.withLock { $0 = tail }
    }

    private static func load(_ database: Database) throws -> (Shelf, Tail) {
        let count = try Int.fetchOne(database, sql: "SELECT count(*) FROM book") ?? 0
        var shelf = Shelf(reserving: count)
        let stock = PlantedBug.isOn(.restartsFromOpeningStock) ? "opening_stock" : "stock"
        let rows = try Row.fetchCursor(
            database,
            sql: """
                SELECT item_number, title, topic, price_cents, \(stock), retired FROM book
                ORDER BY item_number
                """)
        var lowestFree: Int64 = 1
        while let row = try rows.next() {
            if row[0] == lowestFree { lowestFree += 1 }
            if row[5] == 0 { shelf.add(try CatalogRow.book(row)) }
        }
        let last = try Row.fetchOne(
            database,
            sql: "SELECT ifnull(max(sequence), 0), (SELECT ifnull(max(sale), 0) FROM movement) FROM movement")
        let tail = Tail(
            movement: last?[0] ?? 0, sale: last?[1] ?? 0, lowestFree: lowestFree,
            refusals: try RefusalTally(in: database))
        return (shelf, tail)
    }

    // MARK: Reading

    /// How many books are in the shop.
    package var bookCount: Int { shelf.withLock { $0.bookCount } }

    /// A book as committed; nil when there is none.
    package func book(_ item: ItemNumber) -> Book? { shelf.withLock { $0.book(item) } }

    /// The topics that have books, with how many.
    func topicLists() -> TopicLists { keptTopics.lists(of: shelf) }

    /// Books of a topic in item-number order, after a number.
    func books(topic: String, after item: Int64, limit: Int) -> [Book] {
        shelf.withLock { $0.books(topic: topic, after: item, limit: limit) }
    }

    /// The books of a topic in item-number order.
    func listings(topic: String) -> [Shelf.Listing] { shelf.withLock { $0.listings(topic: topic) } }

    /// Sales after `sale`, in order, at most `limit`; all from the first where `sale` is of another ledger.
    /// Reads the disk.
    package func sales(after sale: SalePosition, limit: Int) throws -> [LedgerSale] {
        try file.read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT sale, item_number, order_key FROM movement
                    WHERE sale > ? ORDER BY sale LIMIT ?
                    """, arguments: [sale.ledger == ledger ? sale.number : 0, limit]
            ).compactMap { row in
                ItemNumber(row[1] as Int64).map {
                    LedgerSale(
                        position: SalePosition(ledger: ledger, number: row[0]), item: $0,
                        key: IdempotencyKey(trusted: row[2]))
                }
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

        package var lines: [MarkedLog.Line] { executed.map { MarkedLog.Line($0.logLine) } }
    }

    /// On return the memory shows the changes, which are on the disk.
    package func commit(
        _ changes: [CatalogChange], mark: LogMark, beforeEnd: (Batch) throws -> Void = { _ in }
    ) throws -> Batch {
        let start = tail.withLock { $0 }
        let (batch, writer) = try file.write { database in
            var writer = try LedgerWriter(
                in: database, ledger: ledger, after: start,
                refusals: try RefusalWriter(start.refusals, countMax: refusalCountMax, in: database))
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
            if PlantedBug.isOn(.showsBeforeCommit) { show(writer) }
            if PlantedBug.isOn(.marksLogTooEarly) {
                try LogMark(position: mark.position, sequence: writer.lastMovement).save(database)
            }
            let batch = Batch(results: results, executed: writer.executed)
            try beforeEnd(batch)
            return (batch, writer)
        }
        show(writer)
        tail.withLock {
            $0 = Tail(
                movement: writer.lastMovement, sale: writer.lastSale, lowestFree: writer.lowestFree,
                refusals: writer.refusals.tally)
        }
        return batch
    }

    /// New books that are put on the shelf while lookups wait. More of them are put on a copy of it, which
    /// then takes its place.
    private static let shownAtOnceMax = 100

    private func show(_ writer: LedgerWriter) {
        if writer.added.count > Self.shownAtOnceMax {
            // Nobody else changes the shelf meanwhile: there is one writer.
            var next = shelf.withLock { $0 }
            next.insert(writer.added)
            // The one that is replaced is given back outside the lock.
            let replaced = shelf.withLock { shelf in
                let replaced = shelf
                shelf = next
                return replaced
            }
            withExtendedLifetime(replaced) {}
        } else {
            shelf.withLock { $0.insert(writer.added) }
        }
        shelf.withLock { shelf in
            for (item, state) in writer.states { shelf.set(item, price: state.price, stock: state.stock) }
            for item in writer.retired { shelf.remove(item) }
        }
    }
}
