internal import Foundation
package import Model
package import Storage
internal import Synchronization

/// The orders, in PostgreSQL. Other order servers write to the same tables: whoever inserts a purchase has its line.
package final class PostgresOrderStore: PostgresStore, OrderStoring {
    private struct Writing {
        /// The number of the last purchase in this server's log.
        var lastNumber: Int64
        /// How many of that log's records are of copies that were put back.
        var putBackCount: Int64
        /// All sales up to it were recorded when that was last asked.
        var known: SalePosition
        /// Sales that contradict what stands here. They count as known, or they would be asked for forever.
        var misfits: Set<Int64> = []
        var refusals: RefusalTally

        mutating func note(_ sale: SalePosition, fits: Bool) {
            // The catalog was replaced.
            if sale.ledger != known.ledger {
                (known, misfits) = (SalePosition(ledger: sale.ledger, number: 0), [])
            }
            if !fits { misfits.insert(sale.number) }
        }
    }

    /// How often a batch is tried again of which others have recorded something meanwhile: each time it finds more
    /// of that there.
    private static let conflictCountMax = 8

    package let database: PostgresDatabase
    // Written on the commit thread, and by the ledger's follower as far as it asks.
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
        let putBackCount = try connection.run(
            "SELECT count(*) FROM order_share WHERE log = $1::bigint AND state <> \(OrderState.placed.rawValue)",
            [.int(log.number)])
        return Writing(
            lastNumber: try log.last(on: connection), putBackCount: putBackCount[0][0],
            known: try unknown(on: connection),
            refusals: try PostgresRefusals.tally(in: PostgresOrderSchema.refusal, on: connection))
    }

    /// The beginning of the ledger that the newest order of any ledger is in.
    private static func unknown(on connection: PostgresConnection) throws -> SalePosition {
        let newest = try connection.run(
            "SELECT ledger FROM purchase WHERE ledger IS NOT NULL ORDER BY number DESC LIMIT 1")
        return SalePosition(ledger: newest.first?[0] ?? 0, number: 0)
    }

    // MARK: Reading

    package var lastNumber: Int64 { writing.withLock { $0.lastNumber } }

    package var putBackCount: Int64 { writing.withLock { $0.putBackCount } }

    package var refusals: RefusalTally { writing.withLock { $0.refusals } }

    package var knownThrough: SalePosition {
        get throws {
            let before = writing.withLock { $0 }
            let known = try database.read { connection in
                var known = before.known
                if known.ledger == 0 { known = try Self.unknown(on: connection) }
                known = try Self.lastInRow(after: known, on: connection)
                while before.misfits.contains(known.number + 1) {
                    known = SalePosition(ledger: known.ledger, number: known.number + 1)
                    known = try Self.lastInRow(after: known, on: connection)
                }
                return known
            }
            return writing.withLock { writing in
                if writing.known == before.known { writing.known = known }
                return writing.known
            }
        }
    }

    /// The last of the sales that are recorded in a row after one, by whichever server.
    private static func lastInRow(
        after known: SalePosition, on connection: PostgresConnection
    ) throws -> SalePosition {
        let last = try connection.run(
            """
            SELECT coalesce(max(sale), $2::bigint) FROM (
                SELECT sale, row_number() OVER (ORDER BY sale) AS place FROM purchase
                WHERE ledger = $1::bigint AND sale > $2::bigint) AS later
            WHERE sale = $2::bigint + place
            """, [.int(known.ledger), .int(known.number)])[0][0]
        return SalePosition(ledger: known.ledger, number: last)
    }

    package func outcome(of key: IdempotencyKey) throws -> (item: ItemNumber?, outcome: PurchaseOutcome)? {
        try database.read { connection in
            let bought = try connection.run(
                """
                SELECT item_number, order_number FROM \(PostgresOrderSchema.purchaseTables)
                WHERE order_key = $1::text
                """, [.text(key.text)])
            if let row = bought.first { return (row.int(1) == nil ? ItemNumber(row[0]) : nil, .success) }
            let refusal = try PostgresRefusals.find(key, in: PostgresOrderSchema.refusal, on: connection)
            return refusal.flatMap { ItemNumber($0.item) }.map { ($0, .failed) }
        }
    }

    package func orders(before number: Int64, limit: Int) throws -> [OrderListing] {
        try database.values(
            """
            SELECT number, item_number, order_key, sale, at_millis, \(PostgresOrderSchema.shareColumns)
            FROM \(PostgresOrderSchema.purchaseTables) WHERE number < $1::bigint ORDER BY number DESC LIMIT $2::bigint
            """, [.int(number), .int(Int64(limit))]
        ) { row in
            ItemNumber(row[1]).map { item in
                OrderListing(
                    number: row[0], item: item, key: IdempotencyKey(trusted: row.text(2) ?? ""),
                    sale: row.int(3), time: Timestamp(millis: row[4]),
                    share: PostgresOrderSchema.share(row, at: 5))
            }
        }
    }

    package func forEachPurchase(
        after number: Int64, _ body: (ItemNumber, OrderShare?) throws -> Void
    ) throws {
        try database.forEachRow(
            """
            SELECT item_number, \(PostgresOrderSchema.shareColumns) FROM \(PostgresOrderSchema.purchaseTables)
            WHERE log = $1::bigint AND log_number > $2::bigint ORDER BY log_number
            """, [.int(database.log.number), .int(number)]
        ) { row in
            if let item = ItemNumber(row[0]) { try body(item, PostgresOrderSchema.share(row, at: 1)) }
        }
    }

    // MARK: Writing

    package func commit(
        _ records: [OrderRecord], mark: LogMark, beforeEnd: (OrderBatch) throws -> Void = { _ in }
    ) throws -> OrderBatch {
        // A sale that was just made is not there, mostly; its insertion tells where it is.
        var asks = !records.allSatisfy { if case .ledger = $0.origin { true } else { false } }
        for _ in 1..<Self.conflictCountMax {
            do {
                return try commit(records, asking: asks, mark: mark, beforeEnd: beforeEnd)
            } catch let error as PostgresError where error.kind == .constraint {
                // Nothing was done. Another server has recorded one of them meanwhile.
                asks = true
            }
        }
        return try commit(records, asking: true, mark: mark, beforeEnd: beforeEnd)
    }

    private func commit(
        _ records: [OrderRecord], asking asks: Bool, mark: LogMark, beforeEnd: (OrderBatch) throws -> Void
    ) throws -> OrderBatch {
        let before = writing.withLock { $0 }
        let (batch, lastNumber, refusals) = try database.commit { connection in
            var lastNumber = before.lastNumber
            var writer = try PostgresOrderWriter(
                records, asks: asks, on: connection, log: database.log.number,
                refusals: PostgresRefusals(before.refusals, in: PostgresOrderSchema.refusal))
            var batch = OrderBatch(stored: records)
            batch.results = records.map { record in
                let result = writer.store(record, number: lastNumber + 1)
                if result.isNew {
                    lastNumber += 1
                    batch.added.append(record)
                }
                return result.outcome
            }
            try beforeEnd(batch)
            try writer.end(mark: saving(mark, last: lastNumber))
            return (batch, lastNumber, writer.refusals.tally)
        }
        writing.withLock { writing in
            writing.lastNumber = lastNumber
            writing.putBackCount += Int64(batch.added.count { $0.share?.state.putsBack == true })
            writing.refusals = refusals
            for (record, result) in zip(records, batch.results) {
                if let sale = record.sale { writing.note(sale, fits: (try? result.get()) != nil) }
            }
        }
        return batch
    }
}
