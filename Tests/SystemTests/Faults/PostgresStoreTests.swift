import Foundation
import Model
import TestSupport
import Testing

extension RealProcesses {
    /// The store's processes with their databases in PostgreSQL.
    @Suite struct PostgresStoreTests {
        /// Runs `body` with a store on a server of its own.
        private func withPostgresStore(
            books: String? = nil, _ body: (Store, PostgresServer, _ url: String) async throws -> Void
        ) async throws {
            let server = try PostgresServer()
            let url = server.url(try server.newDatabase())
            try await withStore(
                books: books, options: [.catalog: ["--store", url], .order: ["--store", url]]
            ) {
                try await body($0, server, url)
            }
        }

        /// Buys until the outcome is known.
        private func buy(_ item: Int, key: String, from store: Store) async throws -> String {
            var answer = ""
            try await eventually("a purchase under \(key) has an outcome") {
                answer = try await store.buy(item, key: key)
                return answer == "Success" || answer == "Failed"
            }
            return answer
        }

        private func balances(_ store: Store, _ url: String) async throws {
            let run = try await bookstore("verify", "--store", url, in: store.folder)
            #expect(run.status == 0, "\(run.output)\(run.errors)")
        }

        @Test func sellsAndKeepsItsPromisesWhateverIsKilled() async throws {
            try await withPostgresStore { store, server, url in
                #expect(try await buy(1, key: "a", from: store) == "Success")
                try await balances(store, url)
                for (index, tier) in [Tier.catalog, .order].enumerated() {
                    try store.kill(tier)
                    try await store.start([tier])
                    #expect(try await buy(1, key: "a", from: store) == "Success")
                    #expect(try await buy(1, key: "tier-\(index)", from: store) == "Success")
                }
                #expect(try await buy(1, key: "sold-out", from: store) == "Failed")
                #expect(try await store.stock(of: 1) == 0)
                // Both tiers have no database of their own.
                #expect(!FileManager.default.fileExists(atPath: store.path("data/catalog.sqlite")))
                #expect(!FileManager.default.fileExists(atPath: store.path("data/order.sqlite")))

                // The server falls, and nothing is sold or refused by guess.
                try server.send(SIGQUIT)
                for number in 1...3 {
                    let reply = try await store.post(
                        "/buy?item_number=2", headers: ["Idempotency-Key": "b\(number)"])
                    #expect(reply.status == 503)
                }
                // Neither is anything told that may be old.
                for target in ["book?item_number=2", "lookup?item_number=2", "search?topic=x", "find?q=x"] {
                    let reply = try await store.get("/" + target)
                    #expect(reply.status == 503, "\(reply.body)")
                }
                try server.start()
                for number in 1...3 {
                    #expect(try await buy(2, key: "b\(number)", from: store) == "Success")
                }
                #expect(try await buy(2, key: "b4", from: store) == "Failed")
                #expect(try await buy(1, key: "sold-out", from: store) == "Failed")
                try await eventually("all orders are known") { store.log("order_log").count == 6 }
                try await balances(store, url)
                try await store.stop()
                try await store.start()
                #expect(try await store.stock(of: 2) == 0)
                try await balances(store, url)
            }
        }

        /// Orders are not synced: what the server forgets of them the ledger brings back, without a second line.
        @Test func ordersThatTheServerForgetsComeBackOnce() async throws {
            try await withPostgresStore(books: "init,1,1000,10,t,One\n") { store, server, url in
                for round in 1...3 {
                    for number in 1...20 {
                        #expect(try await buy(1, key: "\(round)-\(number)", from: store) == "Success")
                    }
                    try server.send(SIGQUIT)
                    try server.start()
                }
                #expect(try await buy(1, key: "last", from: store) == "Success")
                try await eventually("all orders are known") { store.log("order_log").count >= 61 }
                try await balances(store, url)
                #expect(store.log("order_log").count == 61)
            }
        }

        /// As docs/operating.md says it.
        @Test func aBackupIsRestored() async throws {
            let server = try PostgresServer()
            let database = try server.newDatabase()
            let url = server.url(database)
            try await withStore(options: [.catalog: ["--store", url], .order: ["--store", url]]) { store in
                #expect(try await buy(1, key: "before", from: store) == "Success")
                try await balances(store, url)
                let restored = server.url(try server.restore(from: database))
                #expect(try await buy(1, key: "after", from: store) == "Success")
                try await store.stop()
                try FileManager.default.moveItem(
                    atPath: store.path("output"), toPath: store.path("old-output"))
                for tier in [Tier.catalog, .order] { store.add(["--store", restored], to: tier) }
                try await store.start()
                #expect(try await store.stock(of: 1) == 2)
                #expect(try await buy(1, key: "before", from: store) == "Success")
                #expect(try await store.stock(of: 1) == 2)
                #expect(try await buy(1, key: "again", from: store) == "Success")
                try await balances(store, restored)
                #expect(store.log("order_log") == ["bought book 1", "bought book 1"])
            }
        }

        @Test func aLostDatabaseIsRebuiltFromTheLogs() async throws {
            try await withPostgresStore { store, server, url in
                for number in 1...3 {
                    #expect(try await buy(1, key: "\(number)", from: store) == "Success")
                }
                #expect(
                    try await store.get("/update?item_number=2&cost=7.50&stock=4", from: .catalog).status
                        == 200)
                let refused = try await bookstore("recover", "--store", url, in: store.folder)
                #expect(
                    refused.status == 1 && refused.errors.contains("nothing was changed"), "\(refused.errors)"
                )
                try await store.stop()
                let empty = server.url(try server.newDatabase())
                let run = try await bookstore("recover", "--store", empty, in: store.folder)
                #expect(run.status == 0, "\(run.errors)")
                for tier in [Tier.catalog, .order] { store.add(["--store", empty], to: tier) }
                try await store.start()
                #expect(try await store.stock(of: 1) == 0)
                #expect(try await store.stock(of: 2) == 7)
                #expect(try await buy(2, key: "new", from: store) == "Success")
                try await balances(store, empty)
                #expect(
                    store.log("order_log") == [
                        "bought book 1", "bought book 1", "bought book 1", "bought book 2",
                    ])
            }
        }

        @Test func upServesIt() async throws {
            let server = try PostgresServer.shared
            let url = server.url(try server.newDatabase())
            try await withStoppedStore { store in
                let up = try ServerProcess(
                    "up", Program.bookstore, ["up"], in: store.folder, environment: ["BOOKSTORE_STORE": url])
                defer { up.end() }
                try await eventually("the store is open") { up.output.contains("The store is open") }
                #expect(try await store.buy(1) == "Success")
                try await balances(store, url)
                up.send(SIGTERM)
                #expect(try await up.exit() == 0)
            }
        }

        @Test func refusesWhatItCannotUseInOneLine() async throws {
            let server = try PostgresServer.shared
            let free = try FreePort.find()
            let theirs = try server.newDatabase()
            try server.sql("CREATE TABLE theirs (n int)", in: theirs)
            let newer = try server.newDatabase()
            try server.sql(
                """
                CREATE SCHEMA bookstore; CREATE TABLE bookstore.version (tier text PRIMARY KEY, number bigint);
                INSERT INTO bookstore.version VALUES ('catalog', 99), ('order', 99)
                """, in: newer)
            let cases: [(url: String, status: Int32, said: String)] = [
                ("postgresql://me:topsecret@127.0.0.1/books", 78, "PGPASSWORD"),
                ("mysql://topsecret@127.0.0.1/books", 78, "none of PostgreSQL"),
                ("postgresql://127.0.0.1:\(free)/books", 69, "127.0.0.1:\(free)/books"),
                (server.url("missing"), 69, "missing"),
                (server.url(theirs), 78, "public.theirs"), (server.url(newer), 78, "newer version"),
            ]
            try await withStoppedStore { store in
                for (url, status, said) in cases {
                    for command in ["catalog", "order", "verify"] {
                        let run = try await bookstore(command, "--store", url, in: store.folder)
                        // Nothing of ours is there to verify in what is another program's.
                        if command == "verify", url == server.url(theirs) { continue }
                        #expect(run.status == status, "\(command) \(url): \(run.errors)")
                        #expect(run.errors.contains(said), "\(command) \(url): \(run.errors)")
                        #expect(!run.errors.contains("topsecret"))
                        #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
                    }
                }
                try store.write(
                    "frontend,127.0.0.1:1\ncatalog,127.0.0.1:2\norder,127.0.0.1:3\norder,127.0.0.1:4\n",
                    to: "two")
                let two = try await bookstore(
                    "up", "--config", "two", "--store", server.url(theirs), in: store.folder)
                #expect(two.status == 78 && two.errors.contains("2 order lines"), "\(two.errors)")
                let backup = try await bookstore(
                    "backup", "copy", "--store", server.url(theirs), in: store.folder)
                #expect(backup.status == 78 && backup.errors.contains("in PostgreSQL"), "\(backup.errors)")
                let shown = try await bookstore(
                    "config", in: store.folder, environment: ["BOOKSTORE_STORE": cases[0].url])
                #expect(shown.status == 0 && !shown.output.contains("topsecret"))
            }
            #expect(
                try server.sql("SELECT count(*) FROM pg_namespace WHERE nspname = 'bookstore'", in: theirs)
                    == ["0"])
        }
    }
}
