internal import Foundation
internal import GRDB
internal import Model
internal import Monitoring
internal import Storage
internal import Synchronization

/// The orders, in an SQLite database of their own.
///
/// A sale that the catalog's ledger holds is written without an fsync: after a power cut the ledger tells
/// of it again. That is what lets a purchase wait for one fsync and not two.
package final class OrderStore: Sendable {
    private struct Writing {
        var lastNumber: Int64
        var tally: SaleTally
        var refusals: RefusalTally
        var syncsFully = true
    }

    private let lock: DataLock
    let path: String
    /// None while a fault of the disk keeps the database from being opened again.
    private let connection: Mutex<DatabasePool?>
    // Written on the commit thread; the tally is also read by the ledger's follower.
    private let writing: Mutex<Writing>

    /// The database's file name in the data folder.
    package static let fileName = "order.sqlite"

    /// Opens the store in `folder`, or makes an empty one.
    ///
    /// - Throws: ``Model/FileFault`` or the database's error.
    package init(folder: String) throws {
        lock = try DataLock(path: folder + "/order.lock")
        path = folder + "/" + Self.fileName
        let (pool, state) = try DatabaseFile.explained(path) { [path] in
            // Made whole or not at all: a crash in the middle leaves a draft that the next start throws away.
            if !DatabaseFile.exists(path) {
                try DatabaseFile.create(
                    path: path, applicationID: OrderSchema.applicationID, migrator: OrderSchema.migrator
                ) { _ in }
            }
            let pool = try Self.connect(path)
            return (pool, try Self.load(pool))
        }
        connection = Mutex(pool)
        writing = Mutex(state)
    }

    private var pool: DatabasePool {
        get throws { try DatabaseFile.connected(connection.withLock { $0 }) }
    }

    private static func connect(_ path: String) throws -> DatabasePool {
        try DatabaseFile.open(
            path: path, applicationID: OrderSchema.applicationID, migrator: OrderSchema.migrator)
    }

    private static func load(_ pool: DatabasePool) throws -> Writing {
        try pool.read { database in
            let number = try Int64.fetchOne(database, sql: "SELECT ifnull(max(number), 0) FROM purchase")
            return Writing(
                lastNumber: number ?? 0, tally: try tally(in: database),
                refusals: try RefusalTally(in: database))
        }
    }

    /// Opens the database again after a fault of the disk, and takes what it holds for the truth.
    ///
    /// - Throws: the database's error; it may then be tried again.
    func reopen() throws {
        try writing.withLock { writing in
            // A broken connection may refuse to close in order; the lock on the folder is still ours.
            try? connection.withLock { $0.take() }?.close()
            let new = try Self.connect(path)
            writing = try Self.load(new)
            connection.withLock { $0 = new }
        }
    }

    /// The folder of the database.
    package var folder: String { (path as NSString).deletingLastPathComponent }

    /// Whether an error says that the disk is full, so that waiting may help.
    package static func isFull(_ error: any Error) -> Bool { DatabaseFile.isFull(error) }

    /// The tally of the ledger that the newest order of any ledger is in.
    private static func tally(in database: Database) throws -> SaleTally {
        let newest = "SELECT ledger FROM purchase WHERE ledger IS NOT NULL ORDER BY number DESC LIMIT 1"
        guard let ledger = try Int64.fetchOne(database, sql: newest) else {
            return SaleTally(ledger: 0, through: 0)
        }
        let bounds = try Row.fetchOne(
            database, sql: "SELECT count(*), max(sale) FROM purchase WHERE ledger = ?", arguments: [ledger])
        let count: Int64 = bounds?[0] ?? 0
        if count == bounds?[1] { return SaleTally(ledger: ledger, through: count) }
        let firstGap =
            try Int64.fetchOne(
                database,
                sql: """
                    SELECT ifnull(min(sale), 0) FROM (
                        SELECT 0 AS sale UNION ALL SELECT sale FROM purchase WHERE ledger = ?1) AS known
                    WHERE NOT EXISTS (SELECT 1 FROM purchase WHERE ledger = ?1 AND sale = known.sale + 1)
                    """, arguments: [ledger]) ?? 0
        let beyond = try Set(
            Int64.fetchCursor(
                database, sql: "SELECT sale FROM purchase WHERE ledger = ? AND sale > ?",
                arguments: [ledger, firstGap]))
        return SaleTally(ledger: ledger, through: firstGap, beyond: beyond)
    }

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

    /// The number of the last order; 0 before the first.
    package var lastNumber: Int64 { writing.withLock { $0.lastNumber } }

    /// What is remembered of refused purchases, which a catalog with a ledger remembers itself.
    var refusals: RefusalTally { writing.withLock { $0.refusals } }

    /// The last sale up to which none of the ledger is missing here.
    var knownThrough: SalePosition {
        writing.withLock { SalePosition(ledger: $0.tally.ledger, number: $0.tally.through) }
    }

    /// What became of a key here; nil when it is new. Reads the disk.
    func outcome(of key: IdempotencyKey) throws -> (item: ItemNumber, outcome: PurchaseOutcome)? {
        try pool.read { database in
            let bought = try Int64.fetchOne(
                database, sql: "SELECT item_number FROM purchase WHERE order_key = ?", arguments: [key.text])
            if let item = bought.flatMap({ ItemNumber($0) }) { return (item, .success) }
            guard let item = try RefusalTable.find(key, in: database).flatMap({ ItemNumber($0.item) }) else {
                return nil
            }
            return (item, .failed)
        }
    }

    func logMark() throws -> LogMark? { try pool.read { try LogMark.fetch($0) } }

    func save(_ mark: LogMark) throws { try pool.write { try mark.save($0) } }

    /// Calls `body` with the book of every order after `number`, in order.
    func forEachPurchase(after number: Int64, _ body: (ItemNumber) throws -> Void) throws {
        try pool.read { database in
            let items = try Int64.fetchCursor(
                database, sql: "SELECT item_number FROM purchase WHERE number > ? ORDER BY number",
                arguments: [number])
            while let item = try items.next() {
                if let item = ItemNumber(item) { try body(item) }
            }
        }
    }

    // MARK: Writing

    /// What a batch did: an outcome for each record, and the orders that are new, in their order.
    struct Batch {
        var results: [Result<PurchaseOutcome, StoreError>]
        var added: [OrderRecord]
        /// All that stand there now, new or not.
        var stored: [OrderRecord]
    }

    /// Stores the records as one transaction; one that is there already is left alone. A sale of the ledger
    /// that does not fit what stands there counts as known all the same, or it would be asked for for ever.
    /// Called on the commit thread only.
    ///
    /// - Parameters:
    ///   - mark: how far the log holds the orders now, stored in the same transaction.
    ///   - beforeEnd: called inside the transaction when all of it is written; an error undoes it.
    func commit(
        _ records: [OrderRecord], mark: LogMark, beforeEnd: () throws -> Void = {}
    ) throws -> Batch {
        try writing.withLock { writing in
            let needsSync = records.contains(where: \.needsSync)
            if needsSync != writing.syncsFully {
                try pool.writeWithoutTransaction { try DatabaseFile.setSynchronous(full: needsSync, in: $0) }
                writing.syncsFully = needsSync
            }
            var next = writing
            var added: [OrderRecord] = []
            let results = try pool.write { database in
                try mark.save(database)
                var writer = try OrderStoreWriter(in: database, refusals: next.refusals)
                try writer.forgetOld()
                let results = try records.map { record in
                    let result = try writer.store(record, number: next.lastNumber + 1)
                    if result.isNew {
                        next.lastNumber += 1
                        added.append(record)
                    }
                    if let sale = record.sale {
                        next.tally.note(ledger: sale.ledger, number: sale.number)
                    }
                    return result.outcome
                }
                next.refusals = writer.refusals.tally
                try beforeEnd()
                return results
            }
            writing = next
            return Batch(results: results, added: added, stored: records)
        }
    }
}
