import Bench
import Foundation
import Model
import Processes
import TestSupport
import Testing

extension BenchReport {
    /// Reads a run that `bench --json` saved.
    fileprivate init(saved path: String) throws {
        try self.init(json: try #require(FileManager.default.contents(atPath: path)), path: path)
    }

    fileprivate func cell(_ operation: String) throws -> Cell {
        try #require(cells.first { $0.operation == operation })
    }
}

extension RealProcesses {
    /// `bookstore bench` against stores that work.
    @Suite struct BenchCommandTests {
        @Test func startsAndMeasuresItsOwnStore() async throws {
            try await withTemporaryFolder { folder in
                let run = try await bookstore(
                    "bench", "--samples", "20", "--warmup", "5", "--clients", "1,3", "--html", "a.html",
                    "--json",
                    "a.json", "--csv", "a.csv", "--markdown", "a.md", in: folder,
                    environment: ["TMPDIR": folder])
                #expect(run.status == 0, "\(run.errors)")
                let saved = try BenchReport(saved: folder + "/a.json")
                #expect(saved.kind == .evaluation && !saved.isInterrupted)
                let cells = saved.cells.map { "\($0.operation) \($0.clients)" }
                #expect(cells == ["search 1", "search 3", "lookup 1", "lookup 3", "buy 1", "buy 3"])
                for cell in saved.cells {
                    let latency = try #require(cell.latency)
                    #expect(latency.count == 20 && cell.failures.isEmpty && cell.soldOut == 0)
                    #expect(latency.mean > 0 && latency.p50 <= latency.p99 && latency.p99 <= latency.max)
                    #expect(cell.throughput > 0)
                    let wanted =
                        cell.operation == "buy"
                        ? ["order", "catalog-query", "catalog-update"] : ["catalog-query"]
                    for name in wanted {
                        let tier = try #require(
                            cell.tiers.first { $0.name == name }, "\(cell.operation) \(name)")
                        #expect(tier.latency.count == 20)
                        // The time of a tier cannot exceed the client's time for the whole request.
                        #expect(tier.latency.max <= latency.max)
                    }
                }
                for part in ["79.5", "order: catalog update", "generator shared", "synchronous=FULL"] {
                    #expect(run.output.contains(part), "\(part)")
                }
                let text = { (name: String) in
                    try String(contentsOfFile: folder + "/" + name, encoding: .utf8)
                }
                #expect(try text("a.html").contains("<svg") && text("a.md").contains("| search |"))
                #expect(try text("a.csv").split(separator: "\r\n").count > 12)
                // The store and its folder are removed.
                let left = try FileManager.default.contentsOfDirectory(atPath: folder)
                #expect(left.filter { $0.hasPrefix("bookstore-") } == [])
                let compared = try await bookstore("bench", "compare", "a.json", "a.json", in: folder)
                #expect(compared.status == 0 && compared.output.contains("×1.00"), "\(compared.errors)")
                let bad = try await bookstore("bench", "compare", "a.json", "a.html", in: folder)
                #expect(bad.status == 78 && bad.errors.contains("a.html: is not a report"))
            }
        }

        @Test func keepsClientsBusyAndJudges() async throws {
            try await withStore { store in
                let load = [
                    "bench", "--frontend", store.frontend, "--duration", "0.5", "--clients", "4", "--mix",
                    "search=1,lookup=1", "--zipf", "1", "--warmup", "10", "--json", "a.json",
                ]
                let good = try await run(
                    Program.bookstore, load + ["--fail-if", "p99>50s", "--fail-if", "errors>0"],
                    in: store.folder)
                #expect(good.status == 0, "\(good.errors)")
                let saved = try BenchReport(saved: store.path("a.json"))
                let counts = try ["search", "lookup", "all"].map { try saved.cell($0).latency?.count ?? 0 }
                #expect(counts[0] > 0 && counts[1] > 0 && counts[0] + counts[1] == counts[2])
                #expect(store.log("catalog_log").contains("query_by_topic,graduate school"))
                let crossed = try await run(
                    Program.bookstore, load + ["--fail-if", "lookup.p50>1ns", "--fail-if", "errors>0"],
                    in: store.folder)
                #expect(crossed.status == 3, "\(crossed.errors)")
                #expect(crossed.errors.contains("bench: lookup.p50>1ns: lookup, 4 clients has "))
                #expect(!crossed.errors.contains("errors>0"))
            }
        }

        @Test func marksWhatWasSoldOut() async throws {
            try await withStore { store in
                let run = try await bookstore(
                    "bench", "--frontend", store.frontend, "--samples", "60", "--warmup", "0", "--clients",
                    "1",
                    "--json", "a.json", in: store.folder)
                #expect(run.status == 0, "\(run.errors)")
                #expect(run.output.contains("buy*") && run.output.contains("answered Failed"))
                // Four books with three copies each.
                #expect(
                    try BenchReport(saved: store.path("a.json")).cell("buy").soldOut == 48, "\(run.output)")
                #expect(store.log("order_log").count == 12)
            }
        }

        @Test func sellsATitleOut() async throws {
            try await withStore(books: "init,1,3,10,t,A\ninit,7,200,10,t,B\n") { store in
                let sale = [
                    "bench", "--frontend", store.frontend, "--topic", "t", "--sell-out", "7", "--clients",
                    "8",
                    "--json", "a.json",
                ]
                let first = try await run(Program.bookstore, sale, in: store.folder)
                #expect(first.status == 0, "\(first.output)\(first.errors)")
                #expect(first.output.contains("Right: book 7 had 200 copies, 200 purchases succeeded"))
                let cell = try BenchReport(saved: store.path("a.json")).cell("buy")
                #expect(cell.latency?.count == 208 && cell.soldOut == 8)
                #expect(store.log("order_log") == Array(repeating: "bought book 7", count: 200))
                let again = try await run(Program.bookstore, sale, in: store.folder)
                #expect(again.status == 1 && again.errors.contains("book 7 is sold out already"))
                let none = try await bookstore(
                    "bench", "--frontend", store.frontend, "--topic", "t", "--sell-out", "9", in: store.folder
                )
                #expect(none.status == 1 && none.errors.contains("has no book 9"), "\(none.errors)")
            }
        }

        @Test func reportsPartialResultsWhenInterrupted() async throws {
            try await withTemporaryFolder { folder in
                let process = try ServerProcess(
                    "bench", Program.bookstore,
                    [
                        "bench", "--duration", "10", "--clients", "2", "--mix", "lookup=1", "--warmup", "0",
                        "--json", "a.json",
                    ],
                    in: folder, environment: ["TMPDIR": folder])
                defer { process.end() }
                // The bar begins at 0 %, before there may be an answer; a tenth of the time is a second.
                try await eventually("the load runs") { process.errors.contains(/[1-9][0-9] %/) }
                let children = ProcessTable.children(of: process.pid)
                #expect(children.count == 3)
                process.send(SIGINT)
                #expect(try await process.exit() == 1)
                #expect(process.output.contains("Interrupted: this is what was measured until then."))
                #expect(process.errors.contains("bench: interrupted"))
                let saved = try BenchReport(saved: folder + "/a.json")
                #expect(try saved.isInterrupted && saved.cell("lookup").latency?.count ?? 0 > 0)
                #expect(children.allSatisfy { !ProcessTable.isRunning($0) })
            }
        }

        @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: Program.flaskPython)))
        func measuresTheOriginal() async throws {
            try await withStoppedStore { store in
                for tier in [Tier.catalog, .order, .frontend] {
                    try store.launch(
                        tier, program: Program.flaskPython,
                        ["\(Program.folder)/Tests/Flask/\(tier.rawValue).py"])
                }
                try await eventually("all answer") {
                    for tier in Tier.allCases where try await store.status(tier, "/livez") == 0 {
                        return false
                    }
                    return true
                }
                let run = try await bookstore(
                    "bench", "--frontend", store.frontend, "--samples", "12", "--warmup", "2", "--clients",
                    "2",
                    "--json", "a.json", in: store.folder)
                #expect(run.status == 0, "\(run.errors)")
                #expect(run.output.contains("sends no Server-Timing"))
                let saved = try BenchReport(saved: store.path("a.json"))
                #expect(saved.cells.allSatisfy { $0.latency?.count == 12 && $0.failures.isEmpty })
            }
        }

        @Test(arguments: [
            ("--clients 0", "--clients '0' is not a whole number"), ("--clients 1,,2", "--clients '' is not"),
            ("--duration 1 --clients 1,2", "only an evaluation takes"),
            ("--samples 0", "--samples 0 is not from 1"),
            ("--duration 0", "--duration 0.0 is not from 0.1"), ("--rate -1", "--rate"), ("--rate x", "x"),
            ("--mix buy", "--mix: 'buy' in the mix"), ("--zipf 11", "--zipf 11.0 is not from 0"),
            ("--items 5-1", "--items: '5-1' is not a range"), ("--timeout 0", "--timeout 0.0 is not"),
            ("--sell-out x", "--sell-out 'x' is not an item number"),
            ("--sell-out 1 --rate 5", "--sell-out and --rate do not go together"),
            ("--frontend 1.2.3.4:80 --stock 5", "--frontend and --stock do not go together"),
            ("--samples 5 --duration 1", "--samples and --duration do not go together"),
            ("--waiting 5", "--waiting is of an open loop: it needs --rate"),
            ("--frontend nonsense", "--frontend 'nonsense' is not host:port"),
            ("--fail-if p99", "--fail-if: 'p99' has no >"), ("--fail-if p99>5", "needs a unit"),
            ("--mix buy=1 --fail-if search.p99>5ms", "about an operation that this run does not send"),
            ("compare a.json", "after"),
        ])
        func tellsWrongUsage(line: String, reason: String) async throws {
            try await withTemporaryFolder { folder in
                let words = ["bench"] + line.split(separator: " ").map(String.init)
                let run = try await run(Program.bookstore, words, in: folder)
                #expect(run.status == 64 && run.errors.contains(reason), "\(run.status) \(run.errors)")
            }
        }

        @Test func checksItsOutputFileBeforeMeasuring() async throws {
            try await withTemporaryFolder { folder in
                let run = try await bookstore("bench", "--html", "none/a.html", in: folder)
                #expect(run.status == 78 && run.errors.contains("none/a.html: cannot be written"))
                #expect(!run.errors.contains("opening a store"))
            }
        }
    }

    /// `bookstore bench` against broken frontends: it reports them, and never hangs.
    @Suite struct BenchFaultTests {
        @Test func reportsAnUnreachableFrontend() async throws {
            try await withTemporaryFolder { folder in
                let port = try FreePort.find()
                let run = try await bookstore("bench", "--frontend", "127.0.0.1:\(port)", in: folder)
                #expect(run.status == 69)
                #expect(
                    run.errors == "bookstore: no frontend answers at 127.0.0.1:\(port): Connection refused\n")
            }
        }

        @Test(arguments: [
            (200, "<html>hello</html>", 1, "answers nonsense to GET /search?topic="),
            (200, #"{"result":"Success"}"#, 1, "answers nonsense"),
            (200, #"{"result":[{"item_number":"x","title":"A"}]}"#, 1, "answers nonsense"),
            (200, #"{"result":[]}"#, 1, "has no books under 'distributed systems' or 'graduate school'"),
            (500, "{}", 1, "with status 500, {}"), (503, "{}", 69, "is not ready"),
        ])
        func saysWhatIsWrongWithAnAnswer(status: Int, body: String, exit: Int32, reason: String) async throws
        {
            let respond = { @Sendable (_: String, _: Int) in (status, body) }
            try await withFakeFrontend(answering: respond) { frontend, folder in
                let run = try await bookstore("bench", "--frontend", frontend.address, in: folder)
                #expect(run.status == exit && run.errors.contains(reason), "\(run.status) \(run.errors)")
            }
        }

        @Test func saysWhatIsWrongWithTheProtocol() async throws {
            try await withTemporaryFolder { folder in
                for (bytes, reason) in [
                    ("SSH-2.0-Server\r\n", "answers nonsense"), ("", "hung up before it answered"),
                ] {
                    let listener = try RawListener()
                    defer { listener.close() }
                    listener.serve { connection in
                        _ = try connection.receiveHead()
                        try connection.send(bytes)
                        connection.endSending()
                    }
                    let run = try await bookstore(
                        "bench", "--frontend", "127.0.0.1:\(listener.port)", in: folder)
                    #expect(run.status == 1 && run.errors.contains(reason), "\(run.status) \(run.errors)")
                }
            }
        }

        @Test func doesNotWaitForOneThatStalls() async throws {
            try await withTemporaryFolder { folder in
                let listener = try RawListener()
                defer { listener.close() }
                listener.serve { connection in _ = try connection.receiveAll() }
                let run = try await bookstore(
                    "bench", "--frontend", "127.0.0.1:\(listener.port)", "--timeout", "0.3", in: folder)
                #expect(run.status == 1)
                #expect(run.errors.contains("stalls: no answer to GET /search"), "\(run.errors)")
                #expect(run.errors.contains("within 0.3 s"))
            }
        }

        @Test(arguments: [(SIGKILL, Int32(69), "is out of reach"), (SIGSTOP, 1, "stalls")])
        func noticesWhenItGoesAway(signal: Int32, exit: Int32, reason: String) async throws {
            try await withStore { store in
                let process = try ServerProcess(
                    "bench", Program.bookstore,
                    [
                        "bench", "--frontend", store.frontend, "--duration", "60", "--mix", "lookup=1",
                        "--timeout",
                        "0.5",
                    ], in: store.folder)
                defer { process.end() }
                try await eventually("the load runs") { process.errors.contains(" %") }
                try store.process(.frontend).send(signal)
                #expect(try await process.exit() == exit, "\(process.errors)")
                #expect(process.errors.contains(reason), "\(process.errors)")
            }
        }

        @Test func countsNonsenseUnderLoad() async throws {
            // Every tenth answer is invalid.
            let respond = { @Sendable (target: String, before: Int) in
                before >= 10 && before % 10 == 0 ? (200, "oops") : FakeFrontend.answer(to: target, stock: 5)
            }
            try await withFakeFrontend(answering: respond) { frontend, folder in
                let run = try await bookstore(
                    "bench", "--frontend", frontend.address, "--samples", "50", "--warmup", "0", "--clients",
                    "2",
                    "--json", "a.json", in: folder)
                #expect(run.status == 1, "\(run.errors)")
                #expect(run.errors.contains("bench: the frontend answered nonsense: oops"))
                let saved = try BenchReport(saved: folder + "/a.json")
                for cell in saved.cells {
                    let bad = try #require(cell.failures["not as the contract says"])
                    #expect((4...6).contains(bad) && cell.latency?.count == 50 - bad)
                }
            }
        }

        /// Answers in chunks, and on one connection each as in HTTP/1.0.
        @Test(arguments: [FakeFrontend.Framing.chunked, .untilClosed])
        func readsOtherFramings(framing: FakeFrontend.Framing) async throws {
            let respond = { @Sendable (target: String, _: Int) in FakeFrontend.answer(to: target, stock: 5) }
            try await withFakeFrontend(framing, answering: respond) { frontend, folder in
                let run = try await bookstore(
                    "bench", "--frontend", frontend.address, "--samples", "40", "--warmup", "0", "--clients",
                    "3",
                    "--json", "a.json", "--fail-if", "errors>0", in: folder)
                #expect(run.status == 0, "\(run.errors)")
                #expect(
                    try BenchReport(saved: folder + "/a.json").cells.allSatisfy { $0.latency?.count == 40 })
            }
        }

        /// A frontend that sells more copies than it has.
        @Test func detectsAnOversellingStore() async throws {
            let respond = { @Sendable (target: String, before: Int) in
                FakeFrontend.answer(
                    to: target, stock: before < 6 ? 3 : 0, buy: before < 12 ? "Success" : "Failed")
            }
            try await withFakeFrontend(answering: respond) { frontend, folder in
                let run = try await bookstore(
                    "bench", "--frontend", frontend.address, "--sell-out", "1", "--clients", "2", in: folder)
                #expect(run.status == 1)
                #expect(
                    run.errors.contains("oversold: ") && run.errors.contains("with 3 copies"), "\(run.errors)"
                )
                #expect(run.output.contains("NOT RIGHT: oversold"))
            }
        }

        /// Five times the capacity of a server with 50 ms for a request, over two connections.
        @Test func keepsItsScheduleWithASlowFrontend() async throws {
            let respond = { @Sendable (target: String, _: Int) in
                Thread.sleep(forTimeInterval: 0.05)
                return FakeFrontend.answer(to: target, stock: 5)
            }
            try await withFakeFrontend(answering: respond) { frontend, folder in
                let run = try await bookstore(
                    "bench", "--frontend", frontend.address, "--rate", "200", "--duration", "1", "--clients",
                    "2",
                    "--waiting", "5", "--warmup", "0", "--mix", "lookup=1", "--json", "a.json", "--fail-if",
                    "not-sent>0", in: folder)
                #expect(run.status == 3, "\(run.errors)")
                let saved = try BenchReport(saved: folder + "/a.json")
                let schedule = try #require(saved.schedule)
                let latency = try #require(try saved.cell("lookup").latency)
                #expect(schedule.due == 200)
                #expect(schedule.notSent > 100 && schedule.notSent + latency.count == 200)
                // Requests that waited for a connection show it: from when they were due, they took
                // more than the two answers before them.
                #expect(latency.p50 > 100)
                #expect(frontend.requestCount < 80)
            }
        }
    }
}
