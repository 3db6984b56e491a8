import Foundation
import Model
import Processes
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

        /// Tiers whose database is away when they start: `up` waits for it once it was there.
        @Test func upStartsTiersAgainUntilTheirDatabaseIsThere() async throws {
            let server = try PostgresServer()
            let url = server.url(try server.newDatabase())
            try await withStoppedStore { store in
                let up = try ServerProcess("up", Program.bookstore, ["up", "--store", url], in: store.folder)
                defer { up.end() }
                try await eventually("the store is open") { up.output.contains("The store is open") }
                try server.send(SIGQUIT)
                var seen: Set<pid_t> = []
                for tier in [Tier.catalog, .order] {
                    let victim = try #require(
                        ProcessTable.children(of: up.pid).first {
                            ProcessTable.arguments(of: $0).dropFirst().first == tier.rawValue
                        })
                    seen.insert(victim)
                    #expect(kill(victim, SIGKILL) == 0)
                }
                // More ends than `up` allows for tiers that die.
                try await eventually("each has tried several times") {
                    seen.formUnion(ProcessTable.children(of: up.pid))
                    return seen.count >= 2 + 1 + 4
                }
                #expect(up.isRunning)
                try server.start()
                try await eventually("it sells again") { try await store.buy(1, key: "a") == "Success" }
                for tier in [Tier.catalog, .order] {
                    let said = "\(tier.rawValue) is started again every 2 s until it reaches its database\n"
                    #expect(up.errors.components(separatedBy: said).count == 2, "\(up.errors)")
                }
                // Once by a tier that serves, and once by each that ended.
                #expect(up.errors.components(separatedBy: "bookstore: PostgreSQL").count == 3, "\(up.errors)")
                up.send(SIGTERM)
                #expect(try await up.exit() == 0)
            }
        }

        @Test func upEndsWhereItsDatabaseWasNeverThere() async throws {
            let free = try FreePort.find()
            try await withStoppedStore { store in
                let run = try await bookstore(
                    "up", "--store", "postgresql://127.0.0.1:\(free)/books", in: store.folder)
                #expect(run.status == 69, "\(run.errors)")
                let lines = run.errors.split(separator: "\n")
                #expect(
                    lines.count == 2 && lines[0].contains("127.0.0.1:\(free)/books is out of reach")
                        && lines[1].contains("the catalog server did not start"), "\(run.errors)")
            }
        }

        /// A second server with the folders of a first one is refused before it touches them.
        @Test func foldersHaveOneServer() async throws {
            try await withPostgresStore { store, _, url in
                #expect(try await buy(1, key: "a", from: store) == "Success")
                for tier in ["catalog", "order"] {
                    let log = store.log("\(tier)_log")
                    let start = ContinuousClock.now
                    let output = try await bookstore(
                        tier, "--store", url, "--data", "other", in: store.folder)
                    #expect(
                        output.status == 78
                            && output.errors.contains(
                                "output/\(tier)_log: another process writes it; give this one another --output"
                            ),
                        "\(output.errors)")
                    #expect(store.log("\(tier)_log") == log)
                    let data = try await bookstore(
                        tier, "--store", url, "--output", "other", in: store.folder)
                    #expect(
                        data.status == 78
                            && data.errors.contains("data/\(tier).lock: the data folder is in use by process"),
                        "\(data.errors)")
                    #expect(ContinuousClock.now - start < .seconds(10))
                }
            }
        }
    }
}
