import Foundation
import Model
import TestSupport
import Testing

extension RealProcesses {
    /// `bookstore up` with two servers of each tier over one PostgreSQL.
    @Suite struct SeveralServersTests {
        private static let outputs = ["output", "output/catalog-1", "output/order-1"]
        private static let outputOptions = outputs.flatMap { ["--output", $0] }

        /// The second server of a tier, as the store's fixture knows the first.
        private struct Second {
            let ports: [Tier: Int]

            init(of store: Store) throws {
                var ports: [Tier: Int] = [:]
                for tier in Tier.allCases { ports[tier] = try FreePort.find() }
                self.ports = ports
                let first = try String(contentsOfFile: store.path("config"), encoding: .utf8)
                let lines = Tier.allCases.map { "\($0.rawValue),127.0.0.1:\(ports[$0] ?? 0)\n" }
                try store.write(first + lines.joined(), to: "config")
            }

            func post(_ target: String, to tier: Tier, key: String = "") async throws -> RawReply {
                let port = ports[tier] ?? 0
                let headers = key.isEmpty ? [:] : ["Idempotency-Key": key]
                return try await onThread { try request("POST", target, port: port, headers: headers) }
            }
        }

        private func withUp(
            _ store: Store, _ url: String, _ body: (ServerProcess) async throws -> Void
        ) async throws {
            let up = try ServerProcess(
                "up-\(UUID().uuidString)", Program.bookstore, ["up", "--store", url], in: store.folder)
            defer { up.end() }
            do {
                try await eventually("the store is open", within: 60) {
                    guard up.isRunning else {
                        throw ServerProcess.Failed(description: "up ended: \(up.errors)")
                    }
                    return up.output.hasSuffix("closes the store.\n")
                }
                try await body(up)
                up.send(SIGINT)
                #expect(try await up.exit() == 0, "\(up.errors)")
            } catch {
                print("up said:\n\(up.errors.suffix(4_000))")
                throw error
            }
        }

        private func verify(_ store: Store, _ url: String, _ options: [String] = outputOptions) async throws
            -> CommandRun
        {
            try await run(Program.bookstore, ["verify", "--store", url] + options, in: store.folder)
        }

        private func balances(_ store: Store, _ url: String) async throws {
            let verdict = try await verify(store, url)
            #expect(verdict.status == 0, "\(verdict.output)\(verdict.errors)")
        }

        /// Sells and changes something at each server of each tier.
        private func trade(_ store: Store, _ second: Second, round: String) async throws {
            for book in 1...4 {
                let first = try await store.post(
                    "/buy?item_number=\(book)", headers: ["Idempotency-Key": "\(round)-a\(book)"])
                let other = try await second.post(
                    "/buy?item_number=\(book)", to: .frontend, key: "\(round)-b\(book)")
                for reply in [first, other] { expectJSON(reply, successBody) }
            }
            for (tier, reply) in [
                (
                    Tier.order,
                    try await store.post(
                        "/buy?item_number=1", to: .order, headers: ["Idempotency-Key": "\(round)-c"])
                ),
                (.order, try await second.post("/buy?item_number=2", to: .order, key: "\(round)-d")),
                (.catalog, try await store.post("/update?item_number=3&cost=7&stock=9", to: .catalog)),
                (.catalog, try await second.post("/update?item_number=3&cost=8&stock=9", to: .catalog)),
                (.catalog, try await store.post("/update?item_number=1&cost=na&stock=9", to: .catalog)),
                (.catalog, try await second.post("/update?item_number=2&cost=na&stock=9", to: .catalog)),
                (.catalog, try await second.post("/update?item_number=4&cost=na&stock=9", to: .catalog)),
            ] { #expect(reply.status == 200, "\(tier): \(reply.body)") }
        }

        @Test func sellAndBalanceAndAreRecovered() async throws {
            let server = try PostgresServer.shared
            let url = server.url(try server.newDatabase())
            try await withStoppedStore { store in
                let second = try Second(of: store)
                try await withUp(store, url) { up in
                    for line in ["  catalog 1 ", "  order 1 ", "  frontend 1 ", "--output output/order-1\n"] {
                        #expect(up.output.contains(line), "\(up.output)")
                    }
                    try await trade(store, second, round: "1")
                    try await balances(store, url)
                    let inUse = try await bookstore(
                        "complete-log", "order", "2", "--store", url, "--output", "output/order-1",
                        in: store.folder)
                    #expect(
                        inUse.status == 78 && inUse.errors.contains("another process writes it"),
                        "\(inUse.errors)")
                    // The line that `up` prints does the same.
                    let line = try #require(
                        up.output.split(separator: "\n").first { $0.contains("bookstore verify") })
                    let shown = try await run(
                        "/bin/sh",
                        [
                            "-c",
                            String(line).replacing("bookstore verify", with: Program.bookstore + " verify"),
                        ],
                        in: store.folder)
                    #expect(shown.status == 0, "\(shown.output)\(shown.errors)")
                }
                try await expectDamageIsNamed(store, url)
                try await expectLostLogsAreCompleted(store, url)
                let empty = server.url(try server.newDatabase())
                let recovery = try await run(
                    Program.bookstore, ["recover", "--store", empty] + Self.outputOptions, in: store.folder)
                #expect(recovery.status == 0, "\(recovery.output)\(recovery.errors)")
                #expect(
                    recovery.output.contains("\nbook 3 costs 8; output/catalog_log says 7 last"),
                    "\(recovery.output)")
                try await balances(store, empty)
                try await withUp(store, empty) { up in
                    #expect(!up.errors.contains("does not fit"), "\(up.errors)")
                    #expect(try await store.stock(of: 1) == 3 - 3 + 9)
                    try await trade(store, second, round: "2")
                    try await balances(store, empty)
                }
            }
        }

        /// Servers that are gone for good: their logs are completed, or written where they are lost.
        private func expectLostLogsAreCompleted(_ store: Store, _ url: String) async throws {
            for tier in ["catalog", "order"] {
                let folder = "output/\(tier)-1"
                let log = "\(folder)/\(tier)_log"
                let text = try String(contentsOfFile: store.path(log), encoding: .utf8)
                let short = text.split(separator: "\n").dropLast(2).map { $0 + "\n" }.joined()
                for left in [short, nil] {
                    try FileManager.default.removeItem(atPath: store.path(log))
                    if let left { try store.write(left, to: log) }
                    let run = try await bookstore(
                        "complete-log", tier, "2", "--store", url, "--output", folder, in: store.folder)
                    #expect(run.status == 0, "\(run.errors)")
                    #expect(run.output == "\(log) has all lines of log 2 of the \(tier).\n")
                    try await balances(store, url)
                }
                let none = try await bookstore(
                    "complete-log", tier, "7", "--store", url, "--output", "other", in: store.folder)
                #expect(
                    none.status == 78 && none.errors.contains("the \(tier) has no log 7"), "\(none.errors)")
            }
        }

        private func expectDamageIsNamed(_ store: Store, _ url: String) async throws {
            let lacking = try await verify(store, url, [])
            #expect(lacking.status == 1)
            for log in ["catalog", "order"] {
                #expect(
                    lacking.output.contains(
                        "\(log) log 2: expected "),
                    "\(lacking.output)")
            }
            let log = "output/order-1/order_log"
            let text = try String(contentsOfFile: store.path(log), encoding: .utf8)
            try store.write(text + "bought book 4\n", to: log)
            let more = try await verify(store, url)
            #expect(more.status == 1 && more.output.hasPrefix("\(log), book 4: expected "), "\(more.output)")
            try store.write(String(text.dropFirst("bought book 1\n".count)), to: log)
            let less = try await verify(store, url)
            #expect(less.status == 1 && less.output.hasPrefix("\(log), book "), "\(less.output)")
            try store.write(text, to: log)
            try await balances(store, url)
        }

        @Test func outputsAreJudgedFirst() async throws {
            let server = try PostgresServer.shared
            let url = server.url(try server.newDatabase())
            try await withStoppedStore { store in
                for name in ["a", "b"] {
                    try FileManager.default.createDirectory(
                        atPath: store.path(name), withIntermediateDirectories: true)
                }
                let two = ["--output", "a", "--output", "b"]
                let cases: [(arguments: [String], status: Int32, said: String)] = [
                    (["verify"] + two, 64, "which only a store in PostgreSQL has"),
                    (
                        ["verify", "--store", url, "--output", "a", "--output", "./a"], 64,
                        "'./a' is given twice"
                    ),
                    (
                        ["recover", "--store", url, "--output", "a", "--output", "none"], 78,
                        "none: there is no such folder"
                    ),
                    (["recover", "--store", url, "--order-log", "x"] + two, 64, "go without --catalog-log"),
                    (["recover", "--store", url] + two, 78, "a, b: has no catalog_log to rebuild from"),
                    (["complete-log", "shelf", "1"], 64, "'shelf' is neither catalog nor order"),
                    (["complete-log", "order", "0"], 64, "<number> '0' is not a whole number"),
                    (["complete-log", "order", "1"], 64, "only a store in PostgreSQL has numbered logs"),
                    (["complete-log", "order", "1", "--store", url], 78, "has no tables of the order"),
                    (
                        ["catalog"] + two, 64,
                        "--output is given 2 times; only verify and recover take several"
                    ),
                ]
                for (arguments, status, said) in cases {
                    let run = try await run(Program.bookstore, arguments, in: store.folder)
                    #expect(run.status == status && run.errors.contains(said), "\(arguments): \(run.errors)")
                }
            }
        }
    }
}
