package import Model
package import Storage

/// Reads an order server's tables in PostgreSQL from outside, while its server runs or not. Changes nothing.
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
}
