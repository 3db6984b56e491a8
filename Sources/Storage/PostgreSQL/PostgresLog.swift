internal import Model
internal import Monitoring

/// One of the logs that the servers of a tier write: which operations of the database it has, as their rows say, and
/// how far.
///
/// A server has one log, and keeps its number in its data folder. Two of a tier run side by side where their logs are
/// different ones.
package struct PostgresLog: Sendable {
    /// Its number among the logs of the tier, from 1; the rows have it.
    package let number: Int64
    /// Tells it from the log with the same number of another database.
    let identity: Int64
    private let tier: String

    // MARK: Whose log it is

    /// The log that a server with this data folder writes: the one that it had, one that has no server yet, or a new
    /// one.
    init(of folder: String, tier: String, on connection: PostgresConnection) throws {
        let file = ReplicaFile(tier: tier, in: folder)
        if let known = try Self.known(file, tier: tier, on: connection) {
            self = known
            return
        }
        self = try connection.transaction {
            try connection.run("LOCK TABLE \(tier)_log IN SHARE ROW EXCLUSIVE MODE")
            // Another process with the same folder may have been quicker.
            if let known = try Self.known(file, tier: tier, on: connection) { return known }
            // After a recovery no log has a server, and each one finds its own by its number.
            let number = try connection.run(
                """
                SELECT coalesce(
                    (SELECT number FROM \(tier)_log WHERE identity IS NULL ORDER BY number <> $1::bigint, number LIMIT 1),
                    (SELECT coalesce(max(number), 0) + 1 FROM \(tier)_log))
                """, [.int(try file.read()?.number ?? 0)])[0][0]
            let log = PostgresLog(number: number, identity: .random(in: .min ... .max), tier: tier)
            try connection.run(
                """
                INSERT INTO \(tier)_log (number, identity) VALUES ($1::bigint, $2::bigint)
                ON CONFLICT (number) DO UPDATE SET identity = excluded.identity
                """, [.int(number), .int(log.identity)])
            // Before the end of the transaction: a number that nobody keeps would be lost.
            try file.write(number: number, identity: log.identity)
            return log
        }
    }

    /// A log by its number, whoever's it is.
    ///
    /// - Throws: ``PostgresError`` where there is none.
    init(number: Int64, tier: String, on connection: PostgresConnection) throws {
        let rows = try connection.run(
            "SELECT coalesce(identity, 0) FROM \(tier)_log WHERE number = $1::bigint", [.int(number)])
        guard let identity = rows.first?[0] else {
            throw PostgresError(.refused, "the \(tier) has no log \(number)")
        }
        self.init(number: number, identity: identity, tier: tier)
    }

    private init(number: Int64, identity: Int64, tier: String) {
        self.number = number
        self.identity = identity
        self.tier = tier
    }

    private static func known(
        _ file: ReplicaFile, tier: String, on connection: PostgresConnection
    ) throws -> PostgresLog? {
        guard let (number, identity) = try file.read() else { return nil }
        let rows = try connection.run(
            "SELECT FROM \(tier)_log WHERE number = $1::bigint AND identity = $2::bigint",
            [.int(number), .int(identity)])
        return rows.count == 1 ? PostgresLog(number: number, identity: identity, tier: tier) : nil
    }

    /// Takes the right to write the log, which the process holds as long as the connection stands.
    func lock(
        _ lock: Int32, on connection: PostgresConnection, patience: Duration
    ) throws {
        try connection.waitForLock(
            "pg_try_advisory_lock($1::bigint::int, $2::bigint::int)", [.int(Int64(lock)), .int(number)],
            patience: patience,
            or: PostgresError(
                .refused,
                """
                log \(number) of the \(tier) is in use by another \(tier) server; each needs a data folder of its own, \
                which is no copy of another's
                """))
    }

    // MARK: How far it is

    /// The number of its last operation; 0 before the first.
    ///
    /// - Throws: ``PostgresError`` where another server has its number meanwhile, in a database that was set back.
    package func last(on connection: PostgresConnection) throws -> Int64 {
        let rows = try connection.run(
            "SELECT coalesce(identity, 0), last FROM \(tier)_log WHERE number = $1::bigint", [.int(number)])
        guard let row = rows.first else { return 0 }
        guard row[0] == identity else {
            throw PostgresError(.refused, "log \(number) of the \(tier) has become another server's")
        }
        return row[1]
    }

    /// The question for its mark.
    var mark: PostgresStatement {
        PostgresStatement(
            """
            SELECT inode, place, sequence FROM \(tier)_log WHERE number = $1::bigint AND sequence IS NOT NULL
            """, [.int(number)])
    }

    /// The statement that stores its mark.
    ///
    /// - Parameter last: the number of its last operation; nil where that stays.
    func saving(_ mark: LogMark, last: Int64?) -> PostgresStatement {
        PostgresStatement(
            """
            INSERT INTO \(tier)_log (number, identity, inode, place, sequence, last)
            VALUES ($1::bigint, $2::bigint, $3::bigint, $4::bigint, $5::bigint, coalesce($6::bigint, 0))
            ON CONFLICT (number) DO UPDATE SET inode = excluded.inode, place = excluded.place,
                sequence = excluded.sequence, last = coalesce($6::bigint, \(tier)_log.last)
            """,
            [
                .int(number), .int(identity), .int(Int64(bitPattern: mark.position.inode)),
                .int(Int64(mark.position.offset)), .int(mark.sequence), .int(last),
            ])
    }

    // MARK: The table

    /// The statements that make the table with the first log, which has all operations so far.
    ///
    /// - Parameter last: a subquery for the number of the last one.
    package static func table(_ tier: String, last: String) -> String {
        """
        CREATE TABLE bookstore.\(tier)_log (
            number bigint PRIMARY KEY CHECK (number > 0),
            identity bigint,
            last bigint NOT NULL DEFAULT 0,
            inode bigint, place bigint, sequence bigint,
            CHECK (num_nulls(inode, place, sequence) IN (0, 3))
        ) WITH (fillfactor = 50);
        INSERT INTO bookstore.\(tier)_log (number, last) VALUES (1, (\(last)));
        DO $$ BEGIN
            IF to_regclass('bookstore.log_mark') IS NOT NULL THEN
                UPDATE bookstore.\(tier)_log AS log SET inode = mark.inode, place = mark.place, sequence = mark.sequence
                FROM bookstore.log_mark AS mark WHERE mark.tier = '\(tier)';
                DELETE FROM bookstore.log_mark WHERE tier = '\(tier)';
                IF NOT EXISTS (SELECT FROM bookstore.log_mark) THEN DROP TABLE bookstore.log_mark; END IF;
            END IF;
        END $$;

        """
    }

    /// The statement that tells of logs without a server.
    package static func insertion(_ tier: String, lasts: [Int64: Int64]) -> PostgresStatement {
        PostgresStatement(
            """
            INSERT INTO \(tier)_log (number, last) SELECT * FROM unnest($1::bigint[], $2::bigint[])
            ON CONFLICT (number) DO UPDATE SET last = excluded.last
            """, [.ints(Array(lasts.keys)), .ints(Array(lasts.values))])
    }
}
