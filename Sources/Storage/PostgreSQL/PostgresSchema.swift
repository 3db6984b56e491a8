internal import Foundation
internal import Model

/// The tables of a tier in PostgreSQL, in a schema of the store's own, and their versions.
package struct PostgresSchema: Sendable {
    /// The tier, under whose name the version of its tables stands.
    package let tier: String
    /// The scripts that lead from each version to the next; forwards only.
    package let versions: [String]
    /// What every process that has the tier's tables holds a share of, and who changes them holds alone; different ones
    /// for different tiers.
    package let lock: Int32

    package init(tier: String, versions: [String], lock: Int32) {
        self.tier = tier
        self.versions = versions
        self.lock = lock
    }

    /// What is locked while the schema is looked at and changed: "BookStor".
    private static let migrationLock: Int64 = 0x426F_6F6B_5374_6F72

    /// Makes the tables, or brings them up to date. Other processes that do the same wait.
    ///
    /// - Parameters:
    ///   - patience: how long it waits for servers of an earlier version to end.
    ///   - fill: called with empty tables in the transaction that made them.
    /// - Throws: ``PostgresError`` for a database that has another program's tables, or tables of a newer version, or
    ///   whose tables are in use by servers of an earlier one, all of which stay untouched; or the error of `fill`, and
    ///   then there are no tables.
    package func prepare(
        on connection: PostgresConnection, patience: Duration = .zero, fill: () throws -> Void
    ) throws {
        try connection.answering(within: nil) {
            try connection.transaction { try bringForward(connection, patience: patience, fill: fill) }
        }
    }

    private func bringForward(
        _ connection: PostgresConnection, patience: Duration, fill: () throws -> Void
    ) throws {
        // However long another process takes to fill a new store.
        try connection.script("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0")
        try connection.script("SET LOCAL idle_in_transaction_session_timeout = 0")
        try connection.run(
            "SELECT pg_advisory_xact_lock($1::bigint) IS NULL", [.int(Self.migrationLock)])
        let found = try version(on: connection)
        guard found <= versions.count else { throw newer(found) }
        guard found < versions.count else { return }
        if found > 0 {
            try connection.waitForLock(
                "pg_try_advisory_xact_lock($1::bigint)", [.int(Int64(lock))], patience: patience,
                or: inUse)
        }
        if try !hasVersions(connection) { try makeSchema(on: connection) }
        for script in versions[found...] { try connection.script(script) }
        try connection.run(
            """
            INSERT INTO bookstore.version (tier, number) VALUES ($1::text, $2::bigint)
            ON CONFLICT (tier) DO UPDATE SET number = excluded.number
            """, [.text(tier), .int(Int64(versions.count))])
        if found == 0 { try fill() }
    }

    /// Checks that a database has the tables as this program knows them.
    ///
    /// - Throws: ``PostgresError``.
    package func check(on connection: PostgresConnection) throws {
        let found = try version(on: connection)
        guard found > 0 else { throw PostgresError(.refused, "the database has no tables of the \(tier)") }
        guard found <= versions.count else { throw newer(found) }
        guard found == versions.count else {
            throw PostgresError(
                .refused, "the \(tier)'s tables are of an older version; start its server once")
        }
    }

    /// Reads the tables from outside, as of one moment.
    ///
    /// - Throws: ``PostgresError`` where they are not there as this program knows them.
    package func read<Value>(at url: StoreURL, _ body: (PostgresConnection) throws -> Value) throws -> Value {
        let connection = try PostgresConnection(
            url, application: "bookstore verify", settings: "SET statement_timeout = 0;")
        connection.answerTimeMax = nil
        return try connection.transaction("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY") {
            try check(on: connection)
            return try body(connection)
        }
    }

    /// The version of the tier's tables; 0 where there are none.
    package func version(on connection: PostgresConnection) throws -> Int {
        guard try hasVersions(connection) else { return 0 }
        let rows = try connection.run(
            "SELECT number FROM bookstore.version WHERE tier = $1::text", [.text(tier)])
        return rows.first.map { Int($0[0]) } ?? 0
    }

    /// Takes the process' share of the tables, which it holds as long as the connection stands.
    func share(on connection: PostgresConnection, patience: Duration) throws {
        try connection.waitForLock(
            "pg_try_advisory_lock_shared($1::bigint)", [.int(Int64(lock))], patience: patience, or: inUse)
        try check(on: connection)
    }

    private var inUse: PostgresError {
        PostgresError(
            .refused,
            "the \(tier)'s tables are in use by a \(tier) server of another version; stop it. Nothing was changed"
        )
    }

    private func newer(_ found: Int) -> PostgresError {
        PostgresError(
            .refused,
            """
            the \(tier)'s tables are of version \(found), written by a newer version of this program, which knows \
            \(versions.count); run that version. Nothing was changed
            """)
    }

    /// Whether the store's schema is there.
    ///
    /// - Throws: ``PostgresError`` where one of its name belongs to somebody else.
    private func hasVersions(_ connection: PostgresConnection) throws -> Bool {
        let rows = try connection.run(
            "SELECT to_regnamespace('bookstore') IS NOT NULL, to_regclass('bookstore.version') IS NOT NULL")
        let hasSchema = rows[0].bool(0)
        let hasVersions = rows[0].bool(1)
        guard hasSchema == hasVersions else {
            throw PostgresError(
                .refused,
                """
                the database has a schema 'bookstore' that is another program's, or that this user may not see; \
                name another database. Nothing was changed
                """)
        }
        return hasVersions
    }

    /// Makes the schema in a database that nobody else uses.
    private func makeSchema(on connection: PostgresConnection) throws {
        let others = try connection.run(
            """
            SELECT format('%I.%I', nspname, relname) FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
            WHERE relkind IN ('r', 'p', 'f') AND nspname <> 'information_schema' AND nspname NOT LIKE 'pg\\_%'
                AND NOT EXISTS (
                    SELECT FROM pg_depend
                    WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid AND deptype = 'e')
            LIMIT 1
            """)
        if let other = others.first?.text(0) {
            throw PostgresError(
                .refused,
                "the database has tables of another program, such as \(other); name an empty one. Nothing was changed"
            )
        }
        try connection.script(
            """
            CREATE SCHEMA bookstore;
            CREATE TABLE bookstore.version (tier text PRIMARY KEY, number bigint NOT NULL);
            CREATE FUNCTION bookstore.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN RAISE EXCEPTION '% of %: this does not change', TG_OP, TG_TABLE_NAME
                USING ERRCODE = 'restrict_violation';
            END $$;
            """)
    }
}

extension PostgresConnection {
    /// Asks for a lock until it is given: the session of a process that has just ended, or whose host is gone, holds
    /// its locks for a while.
    ///
    /// - Throws: `refusal` where the patience ends.
    func waitForLock(
        _ function: String, _ values: [PostgresValue], patience: Duration,
        or refusal: @autoclosure () -> PostgresError
    ) throws {
        let deadline = ContinuousClock.now + patience
        while try !run("SELECT \(function)", values)[0].bool(0) {
            guard ContinuousClock.now < deadline else { throw refusal() }
            usleep(100_000)
        }
    }
}
