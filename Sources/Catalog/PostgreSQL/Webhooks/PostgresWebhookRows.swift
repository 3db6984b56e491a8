package import Model
internal import Storage

/// Webhooks in PostgreSQL: the tables of ``WebhookRows``, and which catalog tells each, by the number of its log. That
/// ends by itself, by the clock of the database, which all catalogs share.
enum PostgresWebhookRows {
    static let tables = """
        CREATE TABLE bookstore.webhook (
            number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            url text NOT NULL UNIQUE,
            secret text NOT NULL,
            kinds text NOT NULL CHECK (kinds <> ''),
            position bigint NOT NULL CHECK (position >= 0),
            made_millis bigint NOT NULL,
            actor text,
            attempts bigint NOT NULL DEFAULT 0 CHECK (attempts >= 0),
            failing_millis bigint,
            answer text,
            ended_millis bigint,
            dead bigint NOT NULL DEFAULT 0 CHECK (dead >= 0),
            holder bigint,
            held_until timestamptz
        );
        CREATE TRIGGER webhook_goes_on BEFORE UPDATE OF position ON bookstore.webhook
            FOR EACH ROW WHEN (NEW.position < OLD.position) EXECUTE FUNCTION bookstore.refuse();
        CREATE TABLE bookstore.dead_letter (
            webhook bigint NOT NULL REFERENCES bookstore.webhook ON DELETE CASCADE,
            sequence bigint NOT NULL REFERENCES bookstore.movement,
            attempts bigint NOT NULL CHECK (attempts > 0),
            answer text NOT NULL,
            at_millis bigint NOT NULL,
            wanted boolean NOT NULL,
            PRIMARY KEY (webhook, sequence)
        );
        CREATE INDEX dead_letter_wanted ON bookstore.dead_letter (webhook, sequence) WHERE wanted;

        """

    /// - Parameter log: of the catalog that asks.
    static func all(for log: Int64) -> PostgresStatement {
        PostgresStatement(
            """
            SELECT number, url, secret, kinds, position, made_millis, actor, attempts, failing_millis, answer, ended_millis,
                dead, EXISTS (SELECT FROM dead_letter WHERE webhook = number AND wanted),
                CASE WHEN held_until IS NULL OR held_until < clock_timestamp() THEN 0::bigint
                    WHEN holder = $1::bigint THEN 1::bigint ELSE 2::bigint END
            FROM webhook ORDER BY number
            """, [.int(log)])
    }

    static func row(_ row: PostgresRows.Row) throws -> WebhookRow {
        try WebhookRow(
            number: row[0], url: row.text(1) ?? "", secret: row.text(2) ?? "", kinds: row.text(3) ?? "",
            position: row[4], madeMillis: row[5], actor: row.text(6), attemptCount: row[7],
            failingMillis: row.int(8), answer: row.text(9), endedMillis: row.int(10), deadCount: row[11],
            hasWanted: row.bool(12), hold: WebhookRow.Hold(rawValue: row[13]) ?? .others)
    }

    fileprivate static let letterColumns = "webhook, sequence, attempts, answer, at_millis, wanted"

    fileprivate static func letter(_ row: PostgresRows.Row) -> DeadLetter {
        DeadLetter(
            webhook: row[0], sequence: row[1], attemptCount: row[2], answer: row.text(3) ?? "",
            time: Timestamp(millis: row[4]), isWanted: row.bool(5))
    }
}

extension PostgresLedger: WebhookTables {
    func webhooks() throws -> [WebhookRow] {
        try run(PostgresWebhookRows.all(for: log)).map(PostgresWebhookRows.row)
    }

    func insert(_ webhook: NewWebhook, position: Int64, at time: Timestamp) throws -> Int64 {
        let rows = try run(
            PostgresStatement(
                """
                INSERT INTO webhook (url, secret, kinds, position, made_millis, actor)
                VALUES ($1::text, $2::text, $3::text, $4::bigint, $5::bigint, $6::text) RETURNING number
                """,
                [
                    .text(webhook.url.description), .text(webhook.secret.text),
                    .text(WebhookRow.text(webhook.kinds)), .int(position), .int(time.millis),
                    .text(webhook.actor),
                ]))
        return rows[0][0]
    }

    func removeWebhook(_ number: Int64) throws {
        try connection.run("DELETE FROM webhook WHERE number = $1::bigint", [.int(number)])
    }

    func write(_ webhook: Webhook) throws {
        try connection.run(
            """
            UPDATE webhook SET position = $1::bigint, attempts = $2::bigint, failing_millis = $3::bigint,
                answer = $4::text, ended_millis = $5::bigint, dead = $6::bigint
            WHERE number = $7::bigint
            """,
            [
                .int(webhook.position), .int(webhook.failure?.attemptCount ?? 0),
                .int(webhook.failure?.since.millis), .text(webhook.failure?.answer),
                .int(webhook.ended?.millis), .int(webhook.deadCount), .int(webhook.number),
            ])
    }

    func holdWebhooks(seconds: Int64) throws {
        try connection.run(
            """
            UPDATE webhook SET holder = $1::bigint,
                held_until = clock_timestamp() + $2::bigint * interval '1 second'
            WHERE holder = $1::bigint OR $2::bigint > 0 AND (held_until IS NULL OR held_until < clock_timestamp())
            """, [.int(log), .int(seconds)])
    }

    mutating func deadLetter(of webhook: Int64, _ sequence: Int64) throws -> DeadLetter? {
        try run(
            PostgresStatement(
                """
                SELECT \(PostgresWebhookRows.letterColumns) FROM dead_letter
                WHERE webhook = $1::bigint AND sequence = $2::bigint
                """, [.int(webhook), .int(sequence)])
        ).first.map(PostgresWebhookRows.letter)
    }

    mutating func write(_ letter: DeadLetter) throws {
        try flush()
        try connection.run(
            """
            INSERT INTO dead_letter (\(PostgresWebhookRows.letterColumns))
            VALUES ($1::bigint, $2::bigint, $3::bigint, $4::text, $5::bigint, $6::bigint > 0)
            ON CONFLICT (webhook, sequence) DO UPDATE SET attempts = excluded.attempts,
                answer = excluded.answer, at_millis = excluded.at_millis, wanted = excluded.wanted
            """,
            [
                .int(letter.webhook), .int(letter.sequence), .int(letter.attemptCount), .text(letter.answer),
                .int(letter.time.millis), .int(letter.isWanted ? 1 : 0),
            ])
    }

    func removeDeadLetter(of webhook: Int64, _ sequence: Int64) throws {
        try connection.run(
            "DELETE FROM dead_letter WHERE webhook = $1::bigint AND sequence = $2::bigint",
            [.int(webhook), .int(sequence)])
    }

    func wantDeadLetters(of webhook: Int64, _ sequence: Int64?) throws -> Int64 {
        let rows = try run(
            PostgresStatement(
                """
                UPDATE dead_letter SET wanted = true
                WHERE webhook = $1::bigint AND ($2::bigint IS NULL OR sequence = $2::bigint) RETURNING sequence
                """, [.int(webhook), .int(sequence)]))
        return Int64(rows.count)
    }
}

extension PostgresCatalogStore {
    package func webhooks() throws -> [WebhookRow] {
        try database.read { connection in
            try connection.run([PostgresWebhookRows.all(for: database.log.number)])[0].map(
                PostgresWebhookRows.row)
        }
    }

    package func deadLetters(
        of webhook: Int64, after sequence: Int64, limit: Int, areWanted: Bool
    ) throws -> [DeadLetter] {
        try database.values(
            """
            SELECT \(PostgresWebhookRows.letterColumns) FROM dead_letter
            WHERE webhook = $1::bigint AND sequence > $2::bigint \(areWanted ? "AND wanted" : "")
            ORDER BY sequence LIMIT $3::bigint
            """, [.int(webhook), .int(sequence), .int(Int64(limit))],
            PostgresWebhookRows.letter)
    }
}
