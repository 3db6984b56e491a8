internal import GRDB
package import Model
internal import Storage

/// Reads an order server's database from outside, while its server runs or not. Changes nothing.
package enum OrderStoreSnapshot {
    /// Whether the folder holds an order server's database.
    package static func exists(in folder: String) -> Bool { OrderSchema.database.exists(in: folder) }

    /// Makes a database of this content if there is none.
    ///
    /// - Throws: ``Model/FileFault`` when there is a database; the database's error.
    package static func write(_ content: OrderSnapshot, folder: String) throws {
        try OrderSchema.database.create(in: folder) { database in
            for order in content.orders {
                try database.execute(
                    sql: """
                        INSERT INTO purchase (number, order_key, item_number, ledger, sale, at_millis)
                        VALUES (?, ?, ?, ?, ?, unixepoch() * 1000)
                        """,
                    arguments: [
                        order.number, order.key.text, order.item.value, order.sale?.ledger,
                        order.sale?.number,
                    ])
                if let share = order.share {
                    try OrderSchema.insert(share, of: order.number, in: database)
                }
            }
        }
    }

    /// Reads the database in `folder`: see ``Storage/DatabaseKind/read(in:_:)``.
    package static func read(folder: String) throws -> OrderSnapshot {
        try OrderSchema.database.read(in: folder) {
            try content($0, path: OrderSchema.database.path(in: folder))
        }
    }

    /// Copies the database in `folder`: see ``Storage/DatabaseKind/backUp(from:to:)``.
    package static func backUp(folder: String, to copyFolder: String) throws {
        try OrderSchema.database.backUp(from: folder, to: copyFolder)
    }

    private static func content(_ database: Database, path: String) throws -> OrderSnapshot {
        let rows = try Row.fetchCursor(
            database,
            sql: """
                SELECT number, order_key, item_number, ledger, sale, \(OrderSchema.shareColumns)
                FROM \(OrderSchema.purchases) ORDER BY number
                """)
        var orders: [OrderSnapshot.Order] = []
        while let row = try rows.next() {
            guard let item = ItemNumber(row[2] as Int64) else {
                throw FileFault(
                    path: path, reason: "order \(row[0] as Int64) has an item number out of range")
            }
            let ledger: Int64? = row[3]
            orders.append(
                OrderSnapshot.Order(
                    number: row[0], key: IdempotencyKey(trusted: row[1]), item: item,
                    sale: ledger.map { SalePosition(ledger: $0, number: row[4]) },
                    share: OrderSchema.share(row, at: 5)))
        }
        return OrderSnapshot(orders: orders)
    }
}
