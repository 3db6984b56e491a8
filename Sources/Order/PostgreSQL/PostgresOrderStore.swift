internal import Foundation
package import Model
package import Storage
internal import Synchronization

/// The orders, in PostgreSQL. Other order servers write to the same tables: whoever inserts a purchase has its line.
package final class PostgresOrderStore: PostgresStore, OrderStoring {
    private struct Writing {
        /// The number of the last purchase in this server's log.
        var lastNumber: Int64
        var tally: SaleTally
        var refusals: RefusalTally
    }

    package let database: PostgresDatabase
    // Written on the commit thread; the tally is also read by the ledger's follower.
    private let writing: Mutex<Writing>

    /// Opens the orders in a database, or makes empty tables.
    ///
    /// - Parameters:
    ///   - folder: what the order server has on this machine, and which log is its own.
    ///   - log: see ``Storage/PostgresDatabase``.
    /// - Throws: ``Storage/PostgresError``.
    package init(_ url: StoreURL, folder: String, log: Int64? = nil) throws {
        let database = try PostgresDatabase(
            url, schema: PostgresOrderSchema.schema, folder: folder, log: log)
        self.database = database
        writing = Mutex(try database.load { try Self.load($0, of: database.log) })
    }

    package func reopen() throws {
        let state = try database.reopen { try Self.load($0, of: database.log) }
        writing.withLock { $0 = state }
    }

    private static func load(_ connection: PostgresConnection, of log: PostgresLog) throws -> Writing {
        Writing(
            lastNumber: try log.last(on: connection),
            tally: try tally(on: connection),
            refusals: try PostgresRefusals.tally(in: PostgresOrderSchema.refusal, on: connection))
    }

    /// The tally of the ledger that the newest order of any ledger is in.
    private static func tally(on connection: PostgresConnection) throws -> SaleTally {
        let newest = try connection.run(
            "SELECT ledger FROM purchase WHERE ledger IS NOT NULL ORDER BY number DESC LIMIT 1")
        guard let ledger = newest.first?[0] else { return SaleTally(ledger: 0, through: 0) }
        let through = try connection.run(
            """
            SELECT CASE WHEN count(*) = max(sale) THEN count(*) ELSE (
                SELECT min(known.sale) FROM (
                    SELECT 0 AS sale UNION ALL SELECT sale FROM purchase WHERE ledger = $1::bigint) AS known
                WHERE NOT EXISTS (
                    SELECT FROM purchase WHERE ledger = $1::bigint AND sale = known.sale + 1)) END
            FROM purchase WHERE ledger = $1::bigint
            """, [.int(ledger)])[0][0]
        let beyond = try connection.run(
            "SELECT sale FROM purchase WHERE ledger = $1::bigint AND sale > $2::bigint",
            [.int(ledger), .int(through)])
        return SaleTally(ledger: ledger, through: through, beyond: Set(beyond.map { $0[0] }))
    }

    // MARK: Reading

    package var lastNumber: Int64 { writing.withLock { $0.lastNumber } }

    package var refusals: RefusalTally { writing.withLock { $0.refusals } }

    package var knownThrough: SalePosition {
        writing.withLock { SalePosition(ledger: $0.tally.ledger, number: $0.tally.through) }
    }

    package func outcome(of key: IdempotencyKey) throws -> (item: ItemNumber, outcome: PurchaseOutcome)? {
        try database.read { connection in
            let bought = try connection.run(
                "SELECT item_number FROM purchase WHERE order_key = $1::text", [.text(key.text)])
            if let item = bought.first.flatMap({ ItemNumber($0[0]) }) { return (item, .success) }
            let refusal = try PostgresRefusals.find(key, in: PostgresOrderSchema.refusal, on: connection)
            return refusal.flatMap { ItemNumber($0.item) }.map { ($0, .failed) }
        }
    }

    package func orders(before number: Int64, limit: Int) throws -> [OrderListing] {
        try database.values(
            """
            SELECT number, item_number, order_key, sale, at_millis FROM purchase
            WHERE number < $1::bigint ORDER BY number DESC LIMIT $2::bigint
            """, [.int(number), .int(Int64(limit))]
        ) { row in
            ItemNumber(row[1]).map { item in
                OrderListing(
                    number: row[0], item: item, key: IdempotencyKey(trusted: row.text(2) ?? ""),
                    sale: row.int(3), time: Timestamp(millis: row[4]))
            }
        }
    }

    package func forEachPurchase(after number: Int64, _ body: (ItemNumber) throws -> Void) throws {
        try database.forEachRow(
            """
            SELECT item_number FROM purchase WHERE log = $1::bigint AND log_number > $2::bigint ORDER BY log_number
            """, [.int(database.log.number), .int(number)]
        ) { row in
            if let item = ItemNumber(row[0]) { try body(item) }
        }
    }

    // MARK: Writing

    package func commit(
        _ records: [OrderRecord], mark: LogMark, beforeEnd: (OrderBatch) throws -> Void = { _ in }
    ) throws -> OrderBatch {
        try writing.withLock { writing in
            let areJustMade = records.allSatisfy { if case .ledger = $0.origin { true } else { false } }
            if areJustMade {
                do {
                    return try commit(records, asking: false, mark: mark, beforeEnd: beforeEnd, &writing)
                } catch let error as PostgresError where error.kind == .constraint {
                    // Nothing was done. One of them is there: it was read from the ledger meanwhile.
                }
            }
            return try commit(records, asking: true, mark: mark, beforeEnd: beforeEnd, &writing)
        }
    }

    private func commit(
        _ records: [OrderRecord], asking asks: Bool, mark: LogMark, beforeEnd: (OrderBatch) throws -> Void,
        _ writing: inout Writing
    ) throws -> OrderBatch {
        let (batch, next) = try database.commit { connection in
            var next = writing
            var writer = try PostgresOrderWriter(
                records, asks: asks, on: connection, log: database.log.number,
                refusals: PostgresRefusals(next.refusals, in: PostgresOrderSchema.refusal))
            var batch = OrderBatch(stored: records)
            batch.results = records.map { record in
                let result = writer.store(record, number: next.lastNumber + 1)
                if result.isNew {
                    next.lastNumber += 1
                    batch.added.append(record)
                }
                if let sale = record.sale { next.tally.note(ledger: sale.ledger, number: sale.number) }
                return result.outcome
            }
            try beforeEnd(batch)
            try writer.end(mark: saving(mark, last: next.lastNumber))
            next.refusals = writer.refusals.tally
            return (batch, next)
        }
        writing = next
        return batch
    }
}
