internal import GRDB
internal import Model
internal import Storage

extension OrderStore {
    /// Orders before a number, the newest first. Reads the disk.
    func orders(before number: Int64, limit: Int) throws -> [OrderListing] {
        try file.read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT number, item_number, order_key, sale, at_millis FROM purchase
                    WHERE number < ? ORDER BY number DESC LIMIT ?
                    """, arguments: [number, limit]
            ).compactMap { row in
                ItemNumber(row[1] as Int64).map {
                    OrderListing(
                        number: row[0], item: $0, key: IdempotencyKey(trusted: row[2]), sale: row[3],
                        time: Timestamp(millis: row[4]))
                }
            }
        }
    }
}
