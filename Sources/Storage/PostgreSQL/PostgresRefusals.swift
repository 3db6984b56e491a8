package import Model

/// Remembers and forgets refused changes inside the transaction of one batch: what ``RefusalWriter`` is with SQLite.
package struct PostgresRefusals {
    /// Old ones that are forgotten with a batch, at most.
    private static let sweptCountMax: Int64 = 4_096

    /// What the batch leaves.
    package private(set) var tally: RefusalTally
    private let table: String
    private let countMax: Int
    /// Those with the first half of a key that the batch asks for; two keys may have it in common.
    private var known: [Int64: (low: Int64, refusal: Refusal)] = [:]
    private var added: [(key: KeyDigest, refusal: Refusal)] = []
    private var countChange = 0

    /// - Parameter table: where they stand: see ``table(_:)``.
    package init(_ tally: RefusalTally, in table: String, countMax: Int = RefusalWriter.countMax) {
        self.tally = tally
        self.table = table
        self.countMax = countMax
    }

    // MARK: Before the batch

    /// The question which of the keys were refused, by whichever server, and how many there are by now.
    package func question(_ keys: [IdempotencyKey]) -> PostgresStatement {
        PostgresStatement(
            """
            SELECT clock.minute, clock.count, key_high, key_low, item_number, units, price_cents, at_millis
            FROM \(table)_clock AS clock LEFT JOIN \(table) ON key_high = ANY($1::bigint[])
            """, [.ints(keys.map { KeyDigest($0).high })])
    }

    /// Takes the answer.
    package mutating func take(_ rows: PostgresRows) {
        if let row = rows.first { tally.follow(count: Int(row[1]), minute: row[0]) }
        for row in rows {
            if let high = row.int(2) { known[high] = (row[3], Self.refusal(row, at: 4)) }
        }
    }

    // MARK: In the batch

    /// The refusal under a key, which the question had; nil when none is remembered.
    package func find(_ key: IdempotencyKey) -> Refusal? {
        guard !known.isEmpty else { return nil }
        let digest = KeyDigest(key)
        return known[digest.high].flatMap { $0.low == digest.low ? $0.refusal : nil }
    }

    /// Remembers that a change was refused; false when that is not possible, so that it must not be answered.
    package mutating func remember(_ change: StockChange, key: IdempotencyKey, atMillis: Int64) -> Bool {
        let digest = KeyDigest(key)
        guard tally.count < countMax, known[digest.high] == nil else {
            tally.shedCount += 1
            return false
        }
        let refusal = Refusal(
            item: change.item.value, units: change.units, priceCents: change.price?.amount, atMillis: atMillis
        )
        known[digest.high] = (digest.low, refusal)
        added.append((digest, refusal))
        tally.count += 1
        countChange += 1
        return true
    }

    /// The statements that write what was remembered, and keep count and clock.
    package mutating func statements() -> [PostgresStatement] {
        var statements: [PostgresStatement] = []
        if !added.isEmpty { statements.append(insertion) }
        added = []
        let minute = minute
        guard countChange != 0 || tally.count > 0 && minute != tally.savedMinute else { return statements }
        statements.append(
            PostgresStatement(
                """
                UPDATE \(table)_clock SET minute = greatest(minute, $1::bigint), count = count + $2::bigint
                """, [.int(minute), .int(Int64(countChange))]))
        tally.savedMinute = minute
        countChange = 0
        return statements
    }

    /// The clock. All servers have the same one, and a batch moves it by a minute at most: a server that has made no
    /// batch for long knows nothing of what the others remembered meanwhile, and must not take it for old.
    private var minute: Int64 { min(tally.minute, tally.savedMinute + 1) }

    private var insertion: PostgresStatement {
        PostgresStatement(
            """
            INSERT INTO \(table) (key_high, key_low, item_number, units, price_cents, at_millis, minute)
            SELECT *, $7::bigint FROM unnest(
                $1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[])
            ON CONFLICT DO NOTHING
            """,
            [
                .ints(added.map(\.key.high)), .ints(added.map(\.key.low)), .ints(added.map(\.refusal.item)),
                .ints(added.map(\.refusal.units)), .ints(added.map(\.refusal.priceCents)),
                .ints(added.map(\.refusal.atMillis)), .int(minute),
            ])
    }

    /// Forgets some that are older than anyone may ask for.
    package mutating func forgetOld(hours: Int, on connection: PostgresConnection) throws {
        let isShort = tally.count >= countMax - countMax / 10
        let oldest = minute - (isShort ? RefusalWriter.hoursMin : Int64(hours)) * 60
        guard tally.count > 0, tally.oldestMinute < oldest else { return }
        let swept = try connection.run(
            """
            WITH swept AS (
                DELETE FROM \(table) WHERE key_high IN (
                    SELECT key_high FROM \(table) WHERE minute < $1::bigint ORDER BY minute LIMIT $2::bigint)
                RETURNING minute)
            SELECT count(*), coalesce(max(minute), $1::bigint) FROM swept
            """, [.int(oldest), .int(Self.sweptCountMax)])
        tally.count -= Int(swept[0][0])
        countChange -= Int(swept[0][0])
        tally.oldestMinute = swept[0][0] < Self.sweptCountMax ? oldest : swept[0][1]
    }

    // MARK: The table

    /// The statements that make an empty table.
    ///
    /// - Parameter books: the table of books to which `item_number` refers, if any.
    package static func table(_ name: String, referringTo books: String?) -> String {
        """
        CREATE TABLE bookstore.\(name) (
            key_high bigint PRIMARY KEY,
            key_low bigint NOT NULL,
            item_number bigint NOT NULL CHECK (item_number > 0)\(books.map { " REFERENCES bookstore.\($0)" } ?? ""),
            units bigint,
            price_cents bigint,
            at_millis bigint NOT NULL,
            minute bigint NOT NULL
        );
        CREATE INDEX \(name)_minute ON bookstore.\(name) (minute);
        CREATE TABLE bookstore.\(name)_clock (minute bigint NOT NULL);
        INSERT INTO bookstore.\(name)_clock VALUES (0);

        """
    }

    /// The statements that let several servers count together.
    package static func counting(_ name: String) -> String {
        """
        ALTER TABLE bookstore.\(name)_clock ADD COLUMN count bigint NOT NULL DEFAULT 0;
        UPDATE bookstore.\(name)_clock SET count = (SELECT count(*) FROM bookstore.\(name));

        """
    }

    /// The refusal under a key, outside a batch; nil when none is remembered.
    package static func find(
        _ key: IdempotencyKey, in table: String, on connection: PostgresConnection
    ) throws -> Refusal? {
        let digest = KeyDigest(key)
        return try connection.run(
            """
            SELECT item_number, units, price_cents, at_millis FROM \(table)
            WHERE key_high = $1::bigint AND key_low = $2::bigint
            """, [.int(digest.high), .int(digest.low)]
        ).first.map { refusal($0, at: 0) }
    }

    private static func refusal(_ row: PostgresRows.Row, at first: Int) -> Refusal {
        Refusal(
            item: row[first], units: row.int(first + 1), priceCents: row.int(first + 2),
            atMillis: row[first + 3])
    }

    /// Reads the tally.
    package static func tally(in table: String, on connection: PostgresConnection) throws -> RefusalTally {
        let row = try connection.run(
            "SELECT count, (SELECT min(minute) FROM \(table)), minute FROM \(table)_clock")[0]
        return RefusalTally(count: Int(row[0]), oldestMinute: row.int(1) ?? row[2], minute: row[2])
    }
}
