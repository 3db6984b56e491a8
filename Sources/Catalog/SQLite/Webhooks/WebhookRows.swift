internal import GRDB
package import Model
internal import Storage

/// Webhooks in SQLite, where the one catalog tells all of them.
enum WebhookRows {
    static let tables = """
        CREATE TABLE webhook (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            url TEXT NOT NULL UNIQUE,
            secret TEXT NOT NULL,
            kinds TEXT NOT NULL CHECK (kinds <> ''),
            position INTEGER NOT NULL CHECK (position >= 0),
            made_millis INTEGER NOT NULL,
            actor TEXT,
            attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
            failing_millis INTEGER,
            answer TEXT,
            ended_millis INTEGER,
            dead INTEGER NOT NULL DEFAULT 0 CHECK (dead >= 0)
        ) STRICT;
        CREATE TRIGGER webhook_goes_on BEFORE UPDATE OF position ON webhook WHEN NEW.position < OLD.position
        BEGIN SELECT RAISE(ABORT, 'a webhook goes on'); END;
        CREATE TABLE dead_letter (
            webhook INTEGER NOT NULL REFERENCES webhook ON DELETE CASCADE,
            sequence INTEGER NOT NULL REFERENCES movement,
            attempts INTEGER NOT NULL CHECK (attempts > 0),
            answer TEXT NOT NULL,
            at_millis INTEGER NOT NULL,
            wanted INTEGER NOT NULL CHECK (wanted IN (0, 1)),
            PRIMARY KEY (webhook, sequence)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX dead_letter_wanted ON dead_letter (webhook, sequence) WHERE wanted = 1;
        """

    static func all(in database: Database) throws -> [WebhookRow] {
        try Row.fetchAll(
            database.cachedStatement(
                sql: """
                    SELECT number, url, secret, kinds, position, made_millis, actor, attempts, failing_millis, answer,
                        ended_millis, dead, EXISTS (SELECT 1 FROM dead_letter WHERE webhook = number AND wanted = 1)
                    FROM webhook ORDER BY number
                    """)
        ).map { row in
            try WebhookRow(
                number: row[0], url: row[1], secret: row[2], kinds: row[3], position: row[4],
                madeMillis: row[5], actor: row[6], attemptCount: row[7], failingMillis: row[8],
                answer: row[9], endedMillis: row[10], deadCount: row[11], hasWanted: row[12], hold: .own)
        }
    }

    fileprivate static let letterColumns = "webhook, sequence, attempts, answer, at_millis, wanted"

    fileprivate static func letter(_ row: Row) -> DeadLetter {
        DeadLetter(
            webhook: row[0], sequence: row[1], attemptCount: row[2], answer: row[3],
            time: Timestamp(millis: row[4]), isWanted: row[5])
    }
}

extension SQLiteLedger: WebhookTables {
    func webhooks() throws -> [WebhookRow] { try WebhookRows.all(in: database) }

    func insert(_ webhook: NewWebhook, position: Int64, at time: Timestamp) throws -> Int64 {
        try database.execute(
            sql: """
                INSERT INTO webhook (url, secret, kinds, position, made_millis, actor)
                VALUES (?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                webhook.url.description, webhook.secret.text, WebhookRow.text(webhook.kinds), position,
                time.millis, webhook.actor,
            ])
        return database.lastInsertedRowID
    }

    func removeWebhook(_ number: Int64) throws {
        try database.execute(sql: "DELETE FROM webhook WHERE number = ?", arguments: [number])
    }

    func write(_ webhook: Webhook) throws {
        try database.cachedStatement(
            sql: """
                UPDATE webhook
                SET position = ?, attempts = ?, failing_millis = ?, answer = ?, ended_millis = ?, dead = ?
                WHERE number = ?
                """
        ).execute(arguments: [
            webhook.position, webhook.failure?.attemptCount ?? 0, webhook.failure?.since.millis,
            webhook.failure?.answer, webhook.ended?.millis, webhook.deadCount, webhook.number,
        ])
    }

    /// Nobody else has the database.
    func holdWebhooks(seconds: Int64) {}

    func deadLetter(of webhook: Int64, _ sequence: Int64) throws -> DeadLetter? {
        try Row.fetchOne(
            database,
            sql: "SELECT \(WebhookRows.letterColumns) FROM dead_letter WHERE webhook = ? AND sequence = ?",
            arguments: [webhook, sequence]
        ).map(WebhookRows.letter)
    }

    func write(_ letter: DeadLetter) throws {
        try database.execute(
            sql:
                "INSERT OR REPLACE INTO dead_letter (\(WebhookRows.letterColumns)) VALUES (?, ?, ?, ?, ?, ?)",
            arguments: [
                letter.webhook, letter.sequence, letter.attemptCount, letter.answer, letter.time.millis,
                letter.isWanted,
            ])
    }

    func removeDeadLetter(of webhook: Int64, _ sequence: Int64) throws {
        try database.execute(
            sql: "DELETE FROM dead_letter WHERE webhook = ? AND sequence = ?", arguments: [webhook, sequence])
    }

    func wantDeadLetters(of webhook: Int64, _ sequence: Int64?) throws -> Int64 {
        try database.execute(
            sql: "UPDATE dead_letter SET wanted = 1 WHERE webhook = ?1 AND (?2 IS NULL OR sequence = ?2)",
            arguments: [webhook, sequence])
        return Int64(database.changesCount)
    }
}

extension CatalogStore {
    package func webhooks() throws -> [WebhookRow] { try file.read(WebhookRows.all) }

    package func deadLetters(
        of webhook: Int64, after sequence: Int64, limit: Int, areWanted: Bool
    ) throws -> [DeadLetter] {
        try file.values(
            """
            SELECT \(WebhookRows.letterColumns) FROM dead_letter
            WHERE webhook = ? AND sequence > ? \(areWanted ? "AND wanted = 1" : "") ORDER BY sequence LIMIT ?
            """, [webhook, sequence, limit], WebhookRows.letter)
    }
}
