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
                "SELECT number, order_key, item_number, ledger, sale FROM purchase ORDER BY number"
            ) { row in
                guard let item = ItemNumber(row[2]) else { return }
                orders.append(
                    OrderSnapshot.Order(
                        number: row[0], key: IdempotencyKey(trusted: row.text(1) ?? ""), item: item,
                        sale: row.int(3).map { SalePosition(ledger: $0, number: row[4]) }))
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
        let database = PostgresDatabase(url, schema: PostgresOrderSchema.schema, folder: "")
        defer { database.close() }
        let atMillis = Int64(Date().timeIntervalSince1970 * 1000)
        try database.make { connection in
            for start in stride(from: 0, to: content.orders.count, by: writtenAtOnce) {
                let orders = content.orders[start..<min(start + writtenAtOnce, content.orders.count)]
                try connection.run([
                    PostgresOrderSchema.insertion(
                        numbers: orders.map(\.number), keys: orders.map(\.key), items: orders.map(\.item),
                        sales: orders.map(\.sale), atMillis: atMillis)
                ])
            }
        }
    }
}
