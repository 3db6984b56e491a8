internal import GRDB
package import Model
internal import Monitoring
package import Storage
internal import Synchronization

/// The orders, in an SQLite database of their own.
///
/// A sale that the catalog's ledger holds is written without an fsync: after a power cut the ledger tells
/// of it again. That is what lets a purchase wait for one fsync and not two.
package final class OrderStore: FileStore, OrderStoring {
    private struct Writing {
        var lastNumber: Int64
        var putBackCount: Int64
        var tally: SaleTally
        var refusals: RefusalTally
        var syncsFully = true
    }

    package let file: StoreFile
    // Written on the commit thread; the tally is also read by the ledger's follower.
    private let writing: Mutex<Writing>
    private let now: @Sendable () -> Timestamp

    /// The database's file name in the data folder.
    package static let fileName = OrderSchema.database.fileName

    /// Opens the store in `folder`, or makes an empty one.
    ///
    /// - Parameter now: the time of what is written.
    /// - Throws: ``Model/FileFault`` or the database's error.
    package init(folder: String, now: @escaping @Sendable () -> Timestamp = { .now }) throws {
        let file = try StoreFile(OrderSchema.database, in: folder)
        let state = try DatabaseFile.explained(file.path) {
            try file.makeIfMissing()
            return try file.open(Self.load)
        }
        self.file = file
        self.now = now
        writing = Mutex(state)
    }

    package func reopen() throws { try writing.withLock { $0 = try file.open(Self.load) } }

    private static func load(_ database: Database) throws -> Writing {
        let number = try Int64.fetchOne(database, sql: "SELECT ifnull(max(number), 0) FROM purchase")
        let putBackCount = try Int64.fetchOne(
            database, sql: "SELECT count(*) FROM order_share WHERE state <> \(OrderState.placed.rawValue)")
        return Writing(
            lastNumber: number ?? 0, putBackCount: putBackCount ?? 0, tally: try tally(in: database),
            refusals: try RefusalWriter.tally(in: database))
    }

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

    // MARK: Reading

    package var lastNumber: Int64 { writing.withLock { $0.lastNumber } }

    package var putBackCount: Int64 { writing.withLock { $0.putBackCount } }

    /// What is remembered of refused purchases, which a catalog with a ledger remembers itself.
    package var refusals: RefusalTally { writing.withLock { $0.refusals } }

    package var knownThrough: SalePosition {
        writing.withLock { SalePosition(ledger: $0.tally.ledger, number: $0.tally.through) }
    }

    package func outcome(of key: IdempotencyKey) throws -> (item: ItemNumber?, outcome: PurchaseOutcome)? {
        try file.read { database in
            let bought = try Row.fetchOne(
                database,
                sql: "SELECT item_number, order_number FROM \(OrderSchema.purchases) WHERE order_key = ?",
                arguments: [key.text])
            if let bought {
                return (bought.hasNull(atIndex: 1) ? ItemNumber(bought[0] as Int64) : nil, .success)
            }
            guard let item = try RefusalWriter.find(key, in: database).flatMap({ ItemNumber($0.item) }) else {
                return nil
            }
            return (item, .failed)
        }
    }

    package func orders(before number: Int64, limit: Int) throws -> [OrderListing] {
        let sql = """
            SELECT number, item_number, order_key, sale, at_millis, \(OrderSchema.shareColumns)
            FROM \(OrderSchema.purchases) WHERE number < ? ORDER BY number DESC LIMIT ?
            """
        return try file.values(sql, [number, limit]) { row in
            ItemNumber(row[1] as Int64).map { item in
                OrderListing(
                    number: row[0], item: item, key: IdempotencyKey(trusted: row[2]), sale: row[3],
                    time: Timestamp(millis: row[4]), share: OrderSchema.share(row, at: 5))
            }
        }
    }

    package func forEachPurchase(
        after number: Int64, _ body: (ItemNumber, OrderShare?) throws -> Void
    ) throws {
        let sql = """
            SELECT item_number, \(OrderSchema.shareColumns) FROM \(OrderSchema.purchases)
            WHERE number > ? ORDER BY number
            """
        try file.forEachRow(sql, [number]) { row in
            if let item = ItemNumber(row[0] as Int64) { try body(item, OrderSchema.share(row, at: 1)) }
        }
    }

    // MARK: Writing

    /// Stores the records as one transaction; one that is there already is left alone. A sale of the ledger
    /// that does not fit what stands there counts as known nevertheless, or it would be asked for forever.
    package func commit(
        _ records: [OrderRecord], mark: LogMark, beforeEnd: (OrderBatch) throws -> Void = { _ in }
    ) throws -> OrderBatch {
        try writing.withLock { writing in
            let needsSync = records.contains(where: \.needsSync)
            if needsSync != writing.syncsFully {
                try file.setSynchronous(full: needsSync)
                writing.syncsFully = needsSync
            }
            var next = writing
            let batch = try file.write(beforeEnd: beforeEnd) { database in
                try mark.save(database)
                var writer = try OrderStoreWriter(in: database, refusals: next.refusals, at: now())
                try writer.forgetOld()
                var batch = OrderBatch(stored: records)
                batch.results = try records.map { record in
                    let result = try writer.store(record, number: next.lastNumber + 1)
                    if result.isNew {
                        next.lastNumber += 1
                        if record.share?.state.putsBack == true { next.putBackCount += 1 }
                        batch.added.append(record)
                    }
                    if let sale = record.sale {
                        next.tally.note(ledger: sale.ledger, number: sale.number)
                    }
                    return result.outcome
                }
                next.refusals = writer.refusals.tally
                return batch
            }
            writing = next
            return batch
        }
    }
}
