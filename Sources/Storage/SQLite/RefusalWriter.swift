package import GRDB
package import Model

/// Remembers and forgets refused changes inside the transaction of one batch, so that a key gets its first answer
/// again when there is stock.
///
/// Anybody can ask for a book that is sold out, as often as he likes and with a new key each time. So a refusal costs
/// some 40 bytes whatever its key, in rows of one size and without an index beside them, and there is a bound on how
/// many are remembered.
package struct RefusalWriter {
    /// Refusals that are remembered, at most: some 160 MB. A store that refuses 46 purchases a second all day long
    /// gets there in a day.
    ///
    /// When there are so many, and none is older than ``hoursMin``, a change that would be refused is answered 503
    /// instead, with nothing done. So no answer is ever given that is not remembered as long as was promised: to
    /// forget one early could sell a copy under a key that was told `Failed`.
    package static let countMax = 4_000_000
    /// How long refusals are remembered by their keys, at least.
    package static let hoursMin: Int64 = 24
    /// Looked at for old ones with every batch, so that no batch has much to do; more while room is short.
    private static let sweptCountMax = 256
    private static let sweptCountMaxWhenShort = 4_096

    /// What the batch leaves.
    package private(set) var tally: RefusalTally
    private let countMax: Int
    private let findStatement: HotStatement
    private let insertStatement: HotStatement

    /// - Parameter countMax: refusals that may be remembered; only tests want fewer.
    package init(_ tally: RefusalTally, countMax: Int = Self.countMax, in database: Database) throws {
        self.tally = tally
        self.countMax = countMax
        findStatement = try HotStatement(
            database,
            sql: "SELECT key_low, item_number, units, price_cents FROM refusal WHERE key_high = ?")
        insertStatement = try HotStatement(
            database,
            sql: """
                INSERT INTO refusal (key_high, key_low, item_number, units, price_cents, at_millis, minute)
                VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
                """)
    }

    /// The refusal under a key; nil when none is remembered.
    package func find(_ key: IdempotencyKey) throws -> Refusal? {
        guard tally.count > 0 else { return nil }
        let digest = KeyDigest(key)
        findStatement.bind(1, digest.high)
        return try findStatement.first { row in
            guard row[0] == digest.low, let item = row[1] else { return nil }
            return Refusal(item: item, units: row[2], priceCents: row[3], atMillis: 0)
        } ?? nil
    }

    /// Remembers that a change was refused; false when that is not possible, so that it must not be answered.
    package mutating func remember(_ change: StockChange, key: IdempotencyKey, atMillis: Int64) throws -> Bool
    {
        guard tally.count < countMax else { return shed() }
        let digest = KeyDigest(key)
        insertStatement.bind(1, digest.high)
        insertStatement.bind(2, digest.low)
        insertStatement.bind(3, change.item.value)
        insertStatement.bind(4, change.units)
        insertStatement.bind(5, change.price?.amount)
        insertStatement.bind(6, atMillis)
        insertStatement.bind(7, tally.minute)
        // Another key has the same first half, which happens once in a great many stores.
        guard try insertStatement.run() == 1 else { return shed() }
        tally.count += 1
        return true
    }

    private mutating func shed() -> Bool {
        tally.shedCount += 1
        return false
    }

    /// Keeps the clock, and forgets a few that are older than anyone may ask for.
    ///
    /// - Parameter hours: how long refusals are remembered where there is room.
    package mutating func forgetOld(hours: Int, in database: Database) throws {
        guard tally.count > 0 else { return }
        let minute = tally.minute
        if minute != tally.savedMinute {
            try database.execute(sql: "UPDATE refusal_clock SET minute = ?", arguments: [minute])
            tally.savedMinute = minute
        }
        let isShort = tally.count >= countMax - countMax / 10
        let oldest = minute - (isShort ? Self.hoursMin : Int64(hours)) * 60
        guard tally.oldestMinute < oldest else { return }
        try sweep(isShort ? Self.sweptCountMaxWhenShort : Self.sweptCountMax, before: oldest, in: database)
    }

    private mutating func sweep(_ rowCount: Int, before oldest: Int64, in database: Database) throws {
        let stretch = try Row.fetchOne(
            database,
            sql: """
                SELECT count(*), max(key_high), min(minute) FILTER (WHERE minute >= ?1) FROM (
                    SELECT key_high, minute FROM refusal WHERE key_high >= ?2 ORDER BY key_high LIMIT ?3)
                """, arguments: [oldest, tally.hand, rowCount])
        let count: Int = stretch?[0] ?? 0
        if let last = stretch?[1] as Int64? {
            try database.execute(
                sql: "DELETE FROM refusal WHERE key_high BETWEEN ? AND ? AND minute < ?",
                arguments: [tally.hand, last, oldest])
            tally.count -= database.changesCount
            tally.oldestPassed = min(tally.oldestPassed, (stretch?[2] as Int64?) ?? .max)
            tally.hand = last == .max ? .min : last + 1
        }
        guard count < rowCount else { return }
        // Looked through to its end. What came meanwhile is no older than now.
        tally.oldestMinute = min(tally.oldestPassed, tally.savedMinute)
        tally.oldestPassed = .max
        tally.hand = .min
    }

    // MARK: The table

    /// Makes the table, empty.
    ///
    /// - Parameter books: whether `item_number` refers to a table of books.
    package static func createTable(in database: Database, referringTo books: Bool) throws {
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
    package static func moveTable(from table: String, columns: String, in database: Database) throws {
        let rows = try Row.fetchCursor(
            database,
            sql: "SELECT \(columns) FROM \(table) ORDER BY at_millis DESC LIMIT \(countMax)")
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

    /// Reads the tally. Looks at every refusal: the table has no index.
    package static func tally(in database: Database) throws -> RefusalTally {
        let row = try Row.fetchOne(database, sql: "SELECT count(*), min(minute) FROM refusal")
        let minute = try Int64.fetchOne(database, sql: "SELECT minute FROM refusal_clock") ?? 0
        return RefusalTally(
            count: row?[0] ?? 0, oldestMinute: (row?[1] as Int64?) ?? minute, minute: minute)
    }
}
