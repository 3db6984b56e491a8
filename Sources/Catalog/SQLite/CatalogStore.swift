internal import Foundation
internal import GRDB
package import Model
internal import Monitoring
package import Services
internal import Storage
internal import Synchronization

/// The books, their stock and the ledger, in an SQLite database with its read side in memory.
///
/// One process has the database (``Storage/DataLock``), and one thread of it writes; that is what allows
/// the memory to answer for the database. Everything that knows this stands in this file's target.
package final class CatalogStore: Sendable {
    /// What the next batch follows.
    struct Tail {
        var movement: Int64
        var sale: Int64
        /// Every number below it is taken.
        var lowestFree: Int64
        var refusals: RefusalTally
    }

    private let lock: DataLock
    /// The ledger's identity: an order server tells by it whether it has met this ledger before.
    let ledger: Int64
    let path: String
    private let refusalHours: Int
    private let refusalCountMax: Int
    /// None while a fault of the disk keeps the database from being opened again.
    private let connection: Mutex<DatabasePool?>
    private let shelf: Mutex<Shelf>
    private let tail: Mutex<Tail>
    private let keptTopics = KeptTopicLists()

    var pool: DatabasePool {
        get throws { try DatabaseFile.connected(connection.withLock { $0 }) }
    }

    /// The database's file name in the data folder.
    package static let fileName = "catalog.sqlite"

    /// Whether the folder holds a catalog's database already.
    package static func exists(in folder: String) -> Bool {
        FileManager.default.fileExists(atPath: folder + "/" + fileName)
    }

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
        let lock = try DataLock(path: folder + "/catalog.lock")
        let path = folder + "/" + fileName
        return try DatabaseFile.explained(path) {
            if !exists(in: folder) {
                let books = try firstBooks().sorted { $0.item < $1.item }
                try DatabaseFile.create(
                    path: path, applicationID: CatalogSchema.applicationID, migrator: CatalogSchema.migrator
                ) { try CatalogSchema.insert(books, in: $0, progress: progress) }
            }
            return try CatalogStore(
                lock: lock, path: path, refusalHours: refusalHours, refusalCountMax: refusalCountMax)
        }
    }

    private init(lock: DataLock, path: String, refusalHours: Int, refusalCountMax: Int) throws {
        self.lock = lock
        self.refusalHours = refusalHours
        self.refusalCountMax = refusalCountMax
        self.path = path
        let pool = try Self.connect(path)
        connection = Mutex(pool)
        guard let ledger = try pool.read({ try Int64.fetchOne($0, sql: "SELECT identity FROM ledger") })
        else {
            throw FileFault(path: path, reason: "has no ledger identity")
        }
        self.ledger = ledger
        let (shelf, tail) = try Self.load(pool)
        self.shelf = Mutex(shelf)
        self.tail = Mutex(tail)
    }

    private static func connect(_ path: String) throws -> DatabasePool {
        try DatabaseFile.open(
            path: path, applicationID: CatalogSchema.applicationID, migrator: CatalogSchema.migrator)
    }

    /// Opens the database again after a fault of the disk, and takes what it holds for the truth. Lookups
    /// go on from the last committed state meanwhile.
    ///
    /// - Throws: the database's error; it may then be tried again.
    func reopen() throws {
        // A broken connection may refuse to close in order; the lock on the folder is still ours.
        try? connection.withLock { $0.take() }?.close()
        let new = try Self.connect(path)
        let (shelf, tail) = try Self.load(new)
        connection.withLock { $0 = new }
        self.shelf.withLock { $0 = shelf }
        self.tail.withLock { $0 = tail }
    }

    private static func load(_ pool: DatabasePool) throws -> (Shelf, Tail) {
        try pool.read { database in
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
                sql:
                    "SELECT ifnull(max(sequence), 0), (SELECT ifnull(max(sale), 0) FROM movement) FROM movement"
            )
            let tail = Tail(
                movement: last?[0] ?? 0, sale: last?[1] ?? 0, lowestFree: lowestFree,
                refusals: try RefusalTally(in: database))
            return (shelf, tail)
        }
    }

    /// The folder of the database.
    package var folder: String { (path as NSString).deletingLastPathComponent }

    /// Whether an error says that the disk is full, so that waiting may help.
    package static func isFull(_ error: any Error) -> Bool { DatabaseFile.isFull(error) }

    /// SQLite's version.
    package func sqliteVersion() throws -> String { try DatabaseFile.sqliteVersion(pool) }

    /// Closes the database.
    package func close() throws {
        guard let pool = connection.withLock({ $0.take() }) else { return lock.release() }
        try DatabaseFile.checkpointUnlessRead(pool)
        try pool.close()
        lock.release()
    }

    /// Reads the database as of one moment.
    func read<Value>(_ body: (Database) throws -> Value) throws -> Value { try pool.read(body) }

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
        try pool.read { database in
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

    // MARK: Writing

    /// How long refusals are remembered by their keys, at least. Sales are remembered for ever: the ledger
    /// has their keys.
    package static let refusalHoursMin = Int(RefusalWriter.hoursMin)

    /// What is remembered of refused changes.
    var refusals: RefusalTally { tail.withLock { $0.refusals } }

    /// What a batch did.
    struct Batch {
        /// One for each change, in order.
        var results: [Result<CatalogOutcome, StoreError>]
        /// What was executed now, in the ledger's order.
        var executed: [LedgerEntry]
    }

    /// Applies the changes as one durable transaction, each on its own: one that is refused leaves the
    /// others alone. On return the memory shows them. Called on the commit thread only.
    ///
    /// - Parameters:
    ///   - mark: how far the log holds the ledger now, stored in the same transaction.
    ///   - beforeEnd: called inside the transaction when all of it is written; an error undoes it.
    func commit(
        _ changes: [CatalogChange], mark: LogMark, beforeEnd: () throws -> Void = {}
    ) throws -> Batch {
        let start = tail.withLock { $0 }
        let (results, writer) = try pool.write { database in
            var writer = try LedgerWriter(
                in: database, ledger: ledger, after: start,
                refusals: try RefusalWriter(start.refusals, countMax: refusalCountMax, in: database))
            try mark.save(database)
            try writer.refusals.forgetOld(hours: refusalHours, in: database)
            let results = try changes.map { change -> Result<CatalogOutcome, StoreError> in
                switch change {
                case .update(let change): try writer.apply(change).map { .update($0) }
                case .keeper(let request): try writer.apply(request, in: database).map { .books($0) }
                }
            }
            try writer.writeBooks(in: database)
            if PlantedBug.isOn(.showsBeforeCommit) { show(writer) }
            if PlantedBug.isOn(.marksLogTooEarly) {
                try LogMark(position: mark.position, sequence: writer.lastMovement).save(database)
            }
            try beforeEnd()
            return (results, writer)
        }
        show(writer)
        tail.withLock {
            $0 = Tail(
                movement: writer.lastMovement, sale: writer.lastSale, lowestFree: writer.lowestFree,
                refusals: writer.refusals.tally)
        }
        return Batch(results: results, executed: writer.executed)
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
