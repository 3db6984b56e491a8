package import GRDB
package import Model

/// The table of refused changes, which a store remembers so that a key gets its first answer again when there is
/// stock.
///
/// Anybody can ask for a book that is sold out, as often as he likes and with a new key each time. So a refusal costs
/// some 40 bytes whatever its key, in rows of one size and without an index beside them, and there is a bound on how
/// many are remembered (``RefusalWriter``).
package enum RefusalTable {
    /// Makes the table, empty.
    ///
    /// - Parameter books: whether `item_number` refers to a table of books.
    package static func create(in database: Database, referringTo books: Bool) throws {
        try database.execute(
            sql: """
                CREATE TABLE refusal (
                    key_high INTEGER PRIMARY KEY,
                    key_low INTEGER NOT NULL,
                    item_number INTEGER NOT NULL CHECK (item_number > 0)\(books ? " REFERENCES book" : ""),
                    units INTEGER,
                    price_cents INTEGER,
                    at_millis INTEGER NOT NULL,
                    minute INTEGER NOT NULL
                ) STRICT;
                CREATE TABLE refusal_clock (minute INTEGER NOT NULL) STRICT;
                INSERT INTO refusal_clock VALUES (0);
                """)
    }

    /// Takes over the refusals of a table that kept whole keys, the newest as far as there is room, and drops it.
    ///
    /// - Parameter columns: `order_key`, `item_number`, units, price and time as that table has them.
    package static func move(from table: String, columns: String, in database: Database) throws {
        let rows = try Row.fetchCursor(
            database,
            sql: "SELECT \(columns) FROM \(table) ORDER BY at_millis DESC LIMIT \(RefusalWriter.countMax)")
        let insert = try database.cachedStatement(
            sql: """
                INSERT INTO refusal (key_high, key_low, item_number, units, price_cents, at_millis, minute)
                VALUES (?, ?, ?, ?, ?, ?, 0) ON CONFLICT DO NOTHING
                """)
        while let row = try rows.next() {
            let digest = KeyDigest(IdempotencyKey(trusted: row[0]))
            try insert.execute(arguments: [
                digest.high, digest.low, row[1] as Int64, row[2] as Int64?, row[3] as Int64?, row[4] as Int64,
            ])
        }
        try database.execute(sql: "DROP TABLE \(table)")
    }

    /// The refusal under a key, outside a batch; nil when none is remembered.
    package static func find(_ key: IdempotencyKey, in database: Database) throws -> Refusal? {
        let digest = KeyDigest(key)
        let statement = try database.cachedStatement(
            sql: """
                SELECT item_number, units, price_cents, at_millis FROM refusal
                WHERE key_high = ? AND key_low = ?
                """)
        return try Row.fetchOne(statement, arguments: [digest.high, digest.low]).map {
            Refusal(item: $0[0], units: $0[1], priceCents: $0[2], atMillis: $0[3])
        }
    }
}
