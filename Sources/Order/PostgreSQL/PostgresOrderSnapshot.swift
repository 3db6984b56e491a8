internal import Foundation
package import Model
package import Storage

/// An order server's tables in PostgreSQL from outside: reads them while its server runs or not, and makes lost ones
/// anew.
package enum PostgresOrderSnapshot {
    /// Reads all of it, as of one moment.
    ///
    /// - Throws: ``Storage/PostgresError`` when there are no orders, or those of another version.
    package static func read(at url: StoreURL) throws -> OrderSnapshot {
        try PostgresOrderSchema.schema.read(at: url) { connection in
            var orders: [OrderSnapshot.Order] = []
            try connection.forEachRow(
                """
                SELECT number, order_key, item_number, ledger, sale, log, \(PostgresOrderSchema.shareColumns)
                FROM \(PostgresOrderSchema.purchaseTables) ORDER BY number
                """
            ) { row in
                guard let item = ItemNumber(row[2]) else { return }
                orders.append(
                    OrderSnapshot.Order(
                        number: row[0], key: IdempotencyKey(trusted: row.text(1) ?? ""), item: item,
                        sale: row.int(3).map { SalePosition(ledger: $0, number: row[4]) }, log: row[5],
                        share: PostgresOrderSchema.share(row, at: 6)))
            }
            return OrderSnapshot(orders: orders)
        }
    }

    /// Whether the database holds orders already.
    ///
    /// - Throws: ``Storage/PostgresError`` where that cannot be found out.
    package static func exists(at url: StoreURL) throws -> Bool {
        let connection = try PostgresConnection(url, application: "bookstore order")
        return try PostgresOrderSchema.schema.version(on: connection) > 0
    }

    /// Rows that one statement stores.
    private static let writtenAtOnce = 4_096

    /// Makes tables of this content where there are none.
    ///
    /// - Throws: ``Storage/PostgresError``, also where there are orders.
    package static func write(_ content: OrderSnapshot, at url: StoreURL) throws {
        let atMillis = Int64(Date().timeIntervalSince1970 * 1000)
        var lasts: [Int64: Int64] = [:]
        let rows = content.orders.map { order in
            lasts[order.log, default: 0] += 1
            return PostgresOrderSchema.Row(
                log: order.log, logNumber: lasts[order.log, default: 0], key: order.key, item: order.item,
                sale: order.sale, share: order.share)
        }
        try PostgresDatabase.make(PostgresOrderSchema.schema, at: url) { connection in
            for start in stride(from: 0, to: rows.count, by: writtenAtOnce) {
                let piece = Array(rows[start..<min(start + writtenAtOnce, rows.count)])
                try connection.run(PostgresOrderSchema.insertion(piece, atMillis: atMillis))
            }
            try connection.run([PostgresLog.insertion("order", lasts: lasts)])
        }
    }
}
