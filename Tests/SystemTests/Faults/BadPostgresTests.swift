import Foundation
import Model
import TestSupport
import Testing

extension RealProcesses {
    /// PostgreSQL servers and databases that a store cannot use: each is one line, and nothing is touched.
    @Suite struct BadPostgresTests {
        private struct Case {
            let url: String
            let status: Int32
            let said: String
            var commands = ["catalog", "order", "verify", "recover"]
        }

        /// A server that says that it is of version 13.
        private func withOldServer(_ body: (_ url: String) async throws -> Void) async throws {
            let listener = try RawListener()
            defer { listener.close() }
            listener.serve { connection in
                _ = try connection.receive()
                let settings = [
                    ("server_version", "13.9"), ("server_encoding", "UTF8"), ("client_encoding", "UTF8"),
                ]
                try connection.send(Self.message("R", [0, 0, 0, 0]))
                for (name, value) in settings {
                    try connection.send(Self.message("S", Array(name.utf8) + [0] + Array(value.utf8) + [0]))
                }
                try connection.send(Self.message("Z", Array("I".utf8)))
                _ = try connection.receive()
            }
            try await body(
                "postgresql://127.0.0.1:\(listener.port)/books?target_session_attrs=any&sslmode=disable"
            )
        }

        /// A message of PostgreSQL's protocol: a letter, the length with itself, the content.
        private static func message(_ letter: Character, _ content: [UInt8]) -> [UInt8] {
            let length = UInt32(content.count + 4)
            return [letter.asciiValue ?? 0] + withUnsafeBytes(of: length.bigEndian) { Array($0) } + content
        }

        private func cases(_ server: PostgresServer, old: String, theirs: String) throws -> [Case] {
            let free = try FreePort.find()
            let newer = try server.newDatabase()
            try server.sql(
                """
                CREATE SCHEMA bookstore; CREATE TABLE bookstore.version (tier text PRIMARY KEY, number bigint);
                INSERT INTO bookstore.version VALUES ('catalog', 99), ('order', 99)
                """, in: newer)
            let readOnly = try server.newDatabase()
            try server.sql(
                "ALTER DATABASE \(readOnly) SET default_transaction_read_only = on", in: "postgres")
            for role in ["locked LOGIN PASSWORD 'right'", "guest LOGIN"] {
                try server.sql(
                    "DO $$ BEGIN CREATE ROLE \(role); EXCEPTION WHEN duplicate_object THEN NULL; END $$",
                    in: "postgres")
            }
            let empty = try server.newDatabase()
            return [
                Case(url: "postgresql://me:topsecret@127.0.0.1/books", status: 78, said: "PGPASSWORD"),
                Case(url: "mysql://topsecret@127.0.0.1/books", status: 78, said: "none of PostgreSQL"),
                Case(
                    url: "postgresql://127.0.0.1:\(free)/books", status: 69,
                    said: "\(free)/books is out of reach"),
                Case(
                    url: "postgresql://no-such-host.invalid/books", status: 69,
                    said: "invalid/books is out of reach"
                ),
                Case(url: server.url("missing"), status: 69, said: "missing"),
                Case(
                    url: server.url(empty, user: "locked"), status: 69,
                    said: "password authentication failed for user \"locked\""),
                Case(url: server.url(readOnly), status: 69, said: "read-only"),
                Case(url: old, status: 78, said: "runs version 13.9; the store needs 14 or newer"),
                Case(
                    url: server.url(newer), status: 78, said: "newer version",
                    commands: ["catalog", "order", "verify"]),
                // Nothing of ours is there to verify.
                Case(
                    url: server.url(empty, user: "guest"), status: 78, said: "permission denied for database",
                    commands: ["catalog", "order"]),
                Case(
                    url: server.url(theirs), status: 78, said: "public.theirs",
                    commands: ["catalog", "order"]),
            ]
        }

        @Test func whatCannotBeUsedIsRefusedInOneLine() async throws {
            let server = try PostgresServer.shared
            let theirs = try server.newDatabase()
            try server.sql("CREATE TABLE theirs (n int)", in: theirs)
            try await withOldServer { old in
                let cases = try cases(server, old: old, theirs: theirs)
                try await withStoppedStore { store in
                    for one in cases {
                        for command in one.commands {
                            let run = try await bookstore(
                                command, "--store", one.url, in: store.folder,
                                environment: ["PGPASSWORD": "topsecret"])
                            let context = "\(command) \(one.url): \(run.status) \(run.errors)"
                            #expect(run.status == one.status, "\(context)")
                            #expect(run.errors.contains(one.said), "\(context)")
                            #expect(!run.errors.contains("topsecret"), "\(context)")
                            #expect(run.errors.split(separator: "\n").count == 1, "\(context)")
                        }
                    }
                    let shown = try await bookstore(
                        "config", in: store.folder, environment: ["BOOKSTORE_STORE": cases[0].url])
                    #expect(shown.status == 0 && !shown.output.contains("topsecret"))
                    let backup = try await bookstore(
                        "backup", "copy", "--store", server.url(theirs), in: store.folder)
                    #expect(backup.status == 78 && backup.errors.contains("pg_dump"), "\(backup.errors)")
                }
            }
            #expect(
                try server.sql("SELECT count(*) FROM pg_namespace WHERE nspname = 'bookstore'", in: theirs)
                    == ["0"])
        }
    }
}
