import Foundation
import TestSupport
import Testing

@testable import Storage

/// A connection to a real server.
@Suite struct PostgresConnectionTests {
    private func withConnection(
        settings: String = "", _ body: (PostgresConnection, PostgresServer, String) throws -> Void
    ) throws {
        let server = try PostgresServer.shared
        let name = try server.newDatabase()
        let url = try StoreURL(parsing: server.url(name))
        try body(PostgresConnection(url, application: "test", settings: settings), server, name)
    }

    @Test func valuesTravelAsTheyAre() throws {
        try withConnection { connection, _, _ in
            let texts = ["", "ä \"quoted\" {braces}, NULL\\", nil, "日本\n語"]
            for _ in 1...2 {
                let rows = try connection.run(
                    """
                    SELECT $1::bigint, $2::bigint, $3::text, $4::text, $5::text, int, text, int IS NULL
                    FROM unnest($6::bigint[], $7::text[]) WITH ORDINALITY AS given (int, text, place) ORDER BY place
                    """,
                    [
                        .int(.min), .int(nil), .text("é"), .text(nil), .text(""),
                        .ints([1, nil, .max, -1]), .texts(texts),
                    ])
                #expect(rows.map { $0.text(6) } == texts)
                #expect(rows.map { $0.int(5) } == [1, nil, .max, -1])
                #expect(rows.map { $0.bool(7) } == [false, true, false, false])
                let row = try #require(rows.first)
                #expect(row[0] == .min && row.int(1) == nil)
                #expect(row.text(2) == "é" && row.text(3) == nil && row.text(4) == "")
            }
            #expect(try connection.run("SELECT 1 FROM unnest($1::bigint[])", [.ints([])]).isEmpty)
        }
    }

    @Test func statementsGoTogetherAndStopAtTheFirstError() throws {
        try withConnection { connection, _, _ in
            try connection.script("CREATE TEMPORARY TABLE t (n bigint CHECK (n > 0))")
            let insert = { PostgresStatement("INSERT INTO t VALUES ($1::bigint)", [.int($0)]) }
            let rows = try connection.run([
                insert(1), insert(2), PostgresStatement("SELECT sum(n)::bigint FROM t"),
            ])
            #expect(rows[2][0][0] == 3)
            let fault = #expect(throws: PostgresError.self) {
                try connection.run([insert(3), insert(-1), PostgresStatement("DELETE FROM t WHERE n = 1")])
            }
            #expect(fault?.kind == .constraint && fault?.sqlState == "23514" && fault?.isAnswer == true)
            // Without a transaction of their own they are one.
            #expect(try connection.run("SELECT count(*) FROM t")[0][0] == 2)
            // What could not be prepared, or was not reached, is prepared when it is right.
            let missing = PostgresStatement("SELECT count(*) FROM later")
            #expect(throws: PostgresError.self) { try connection.run([missing, insert(5)]) }
            try connection.script("CREATE TEMPORARY TABLE later ()")
            #expect(try connection.run([missing])[0][0][0] == 0)
            #expect(connection.isIdle)
        }
    }

    @Test func rowsComeOneByOne() throws {
        try withConnection { connection, _, _ in
            struct Enough: Error {}
            let series = "SELECT n FROM generate_series(1, $1::bigint) AS n"
            var sum: Int64 = 0
            try connection.forEachRow(series, [.int(10_000)]) { sum += $0[0] }
            #expect(sum == 50_005_000)
            var count = 0
            #expect(throws: Enough.self) {
                try connection.forEachRow(series, [.int(1_000)]) { _ in
                    count += 1
                    if count == 10 { throw Enough() }
                }
            }
            #expect(count == 10)
            let fault = #expect(throws: PostgresError.self) {
                try connection.forEachRow(
                    "SELECT 1 / (n - 5) FROM generate_series(1, $1::bigint) AS n", [.int(9)]
                ) { _ in }
            }
            #expect(fault?.sqlState == "22012")
            #expect(throws: PostgresError.self) { try connection.forEachRow("SELECT nonsense") { _ in } }
            #expect(try connection.run("SELECT 7::bigint")[0][0] == 7)
        }
    }

    @Test func aTransactionThatThrowsLeavesNothing() throws {
        try withConnection { connection, _, _ in
            struct Refusal: Error {}
            try connection.script("CREATE TEMPORARY TABLE t (n bigint)")
            try connection.transaction { _ = try connection.run("INSERT INTO t VALUES (1)") }
            #expect(throws: Refusal.self) {
                try connection.transaction {
                    try connection.run("INSERT INTO t VALUES (2)")
                    throw Refusal()
                }
            }
            #expect(try connection.run("SELECT count(*) FROM t")[0][0] == 1)
        }
    }

    @Test func waitsHaveAnEnd() throws {
        try withConnection(settings: "SET statement_timeout = '50ms'; SET lock_timeout = '20ms';") {
            connection, server, name in
            let slept = #expect(throws: PostgresError.self) {
                try connection.run("SELECT pg_sleep(5) IS NULL")
            }
            #expect(slept?.kind == .late)
            let other = try PostgresConnection(StoreURL(parsing: server.url(name)), application: "test")
            try other.run("SELECT pg_advisory_lock(1) IS NULL")
            let waited = #expect(throws: PostgresError.self) {
                try connection.run("SELECT pg_advisory_lock(1) IS NULL")
            }
            #expect(waited?.kind == .late && waited?.sqlState == "55P03")
            #expect(connection.isIdle)
        }
    }

    @Test func aSessionThatWasEndedIsLost() throws {
        try withConnection { connection, server, name in
            try connection.run("BEGIN")
            try server.endSessions(of: name)
            let fault = #expect(throws: PostgresError.self) { try connection.run("SELECT 1::bigint") }
            #expect(fault?.kind == .lost && fault?.isAnswer == false)
            #expect(!connection.isIdle)
            connection.rollBack()
            #expect(throws: PostgresError.self) { try connection.run("SELECT 1::bigint") }
            #expect(throws: PostgresError.self) { try connection.script("SELECT 1") }
        }
    }

    /// A host that is frozen still takes what is sent: only the answer does not come.
    @Test(arguments: [false, true]) func aFrozenServerIsGivenUp(readsRows: Bool) throws {
        try withConnection { connection, _, _ in
            let backend = pid_t(try connection.run("SELECT pg_backend_pid()::bigint")[0][0])
            connection.answerTimeMax = .milliseconds(200)
            kill(backend, SIGSTOP)
            defer { kill(backend, SIGCONT) }
            let fault = #expect(throws: PostgresError.self) {
                if readsRows {
                    try connection.forEachRow("SELECT 1::bigint") { _ in }
                } else {
                    try connection.transaction { _ = try connection.run("SELECT 1::bigint") }
                }
            }
            #expect(fault?.kind == .lost && fault?.isAnswer == false)
            #expect(!connection.isIdle)
            let start = ContinuousClock.now
            connection.rollBack()
            #expect(ContinuousClock.now - start < .milliseconds(100))
        }
    }

    @Test func commitsWaitForTheDisk() throws {
        let server = try PostgresServer.shared
        let name = try server.newDatabase()
        try server.sql("ALTER DATABASE \(name) SET synchronous_commit = off", in: "postgres")
        let connection = try PostgresConnection(StoreURL(parsing: server.url(name)), application: "test")
        #expect(try connection.run("SHOW synchronous_commit")[0].text(0) == "on")
    }

    // MARK: What cannot be used

    private func fault(_ url: String) throws -> PostgresError {
        let fault = #expect(throws: PostgresError.self) {
            _ = try PostgresConnection(StoreURL(parsing: url), application: "test")
        }
        return try #require(fault)
    }

    @Test(arguments: [
        "postgresql://u:secret@h/db", "postgresql://h/db?password=secret",
        "postgresql://h/db?pass%77ord=secret",
        "postgresql://h/db?sslpassword=secret", "mysql://h/secret", "secret", "postgresql://[secret",
        "postgresql://h/db?secret=1",
    ]) func secretsAndNonsenseAreRefusedUnseen(url: String) throws {
        let fault = #expect(throws: PostgresError.self) { try StoreURL(parsing: url) }
        #expect(fault?.kind == .refused)
        #expect(fault?.description.contains("secret") == false)
    }

    @Test func aURLIsShownByItsPlaceAlone() throws {
        let url = try StoreURL(
            parsing: "postgresql://me@h1:1,h2:2/books?sslkey=%2Fkeys%2Fmine&connect_timeout=1")
        #expect("\(url)" == "PostgreSQL h1:1,h2:2/books")
    }

    @Test func aServerOutOfReachIsNamed() throws {
        let port = try freePort()
        for place in ["127.0.0.1:\(port)", "no-such-host.invalid"] {
            let fault = try fault("postgresql://\(place)/books")
            #expect(fault.kind == .lost)
            #expect(fault.description.contains(place) && !fault.description.contains("\n"))
        }
    }

    @Test func aDatabaseThatIsNotThereIsNamed() throws {
        let fault = try fault(PostgresServer.shared.url("nothing_here"))
        #expect(fault.description.contains("nothing_here"))
    }

    @Test func aWrongPasswordIsSaid() throws {
        let server = try PostgresServer.shared
        try server.sql(
            "DO $$ BEGIN CREATE ROLE locked LOGIN PASSWORD 'right'; EXCEPTION WHEN duplicate_object THEN NULL; END $$",
            in: "postgres")
        let fault = try fault(server.url("postgres", user: "locked"))
        #expect(fault.description.contains("password"))
    }

    @Test func anotherEncodingIsRefused() throws {
        let server = try PostgresServer.shared
        let name = try server.newDatabase() + "l"
        try server.sql(
            "CREATE DATABASE \(name) TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'",
            in: "postgres")
        let fault = try fault(server.url(name))
        #expect(fault.kind == .refused && fault.description.contains("UTF8"))
    }

    @Test func aReadOnlyDatabaseIsRefused() throws {
        let server = try PostgresServer.shared
        let name = try server.newDatabase()
        try server.sql("ALTER DATABASE \(name) SET default_transaction_read_only = on", in: "postgres")
        #expect(try fault(server.url(name)).description.contains("read-only"))
    }

    @Test(arguments: [
        ("40001", PostgresError.Kind.conflict), ("40P01", .conflict), ("40003", .lost), ("25006", .lost),
        ("57P01", .lost), ("57P03", .lost), ("08006", .lost), ("25P03", .lost), ("53300", .lost),
        ("58030", .lost),
        ("53100", .full), ("53200", .full), ("57014", .late), ("55P03", .late), ("23505", .constraint),
        ("42501", .refused), ("22021", .refused), ("25P02", .refused),
    ]) func eachCodeHasItsMeaning(code: String, kind: PostgresError.Kind) {
        #expect(PostgresError.kind(code) == kind)
    }

    /// Each host of a URL in turn, beginning with the one that answered last.
    @Test func theHostThatAnsweredIsTriedFirst() throws {
        let url = try StoreURL(parsing: "postgresql://me@h1:1,h2:2,h3:3/books")
        let hosts = { url.optionsOfHosts.map { "\($0.options["host"] ?? ""):\($0.options["port"] ?? "")" } }
        #expect(hosts() == ["h1:1", "h2:2", "h3:3"])
        url.prefer(2)
        #expect(hosts() == ["h3:3", "h1:1", "h2:2"])
        url.avoid(1)
        #expect(hosts() == ["h3:3", "h1:1", "h2:2"])
        url.avoid(2)
        #expect(hosts() == ["h1:1", "h2:2", "h3:3"])
        let onePort = try StoreURL(parsing: "postgresql://h1,h2/books?port=7")
        #expect(onePort.optionsOfHosts.map { $0.options["port"] } == ["7", "7"])
        let socket = try StoreURL(parsing: "postgresql:///books")
        #expect(socket.optionsOfHosts.map { $0.options["host"] } == [nil])
    }
}
