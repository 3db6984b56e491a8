import Foundation
import Model
import Processes
import TestSupport
import Testing

extension RealProcesses {
    /// `bookstore up`: one process for each tier, and one that supervises them.
    @Suite struct UpTests {
        /// Runs `body` with `up` started, and leaves nothing running.
        private func withUp(
            _ arguments: [String] = [], _ body: (Store, ServerProcess) async throws -> Void
        ) async throws {
            try await withStoppedStore { store in
                let up = try ServerProcess(
                    "up", Program.bookstore, ["up"] + arguments, in: store.folder, ownGroup: true)
                defer { up.end() }
                do {
                    try await body(store, up)
                } catch {
                    print("up said:\n\(up.errors.suffix(2_000))")
                    throw error
                }
            }
        }

        private func waitUntilOpen(_ up: ServerProcess, _ store: Store) async throws {
            try await eventually("the store is open") {
                guard up.isRunning else { throw ServerProcess.Failed(description: "up ended: \(up.errors)") }
                return up.output.contains("The store is open at http://\(store.frontend)")
            }
        }

        /// The process id of a tier under `up`.
        private func child(_ tier: Tier, of up: ServerProcess) -> pid_t? {
            ProcessTable.children(of: up.pid).first {
                ProcessTable.arguments(of: $0).dropFirst().first == tier.rawValue
            }
        }

        private func expectNothingRuns(_ children: [pid_t], _ store: Store) async throws {
            try await eventually("no tier runs") { !children.contains(where: ProcessTable.isRunning) }
            for tier in Tier.allCases { #expect(FreePort.isFree(store.port(tier)), "\(tier)") }
        }

        @Test func opensTheStoreAndPrintsExamples() async throws {
            try await withUp { store, up in
                try await waitUntilOpen(up, store)
                #expect(ProcessTable.children(of: up.pid).count == 3)
                let commands = up.output.split(separator: "\n").map {
                    $0.trimmingCharacters(in: .whitespaces)
                }
                .filter { $0.hasPrefix("curl ") }
                #expect(commands.count == 3)
                // The printed commands work immediately and unchanged.
                for command in commands {
                    let run = try await run(
                        "/bin/sh", ["-c", command.replacing("curl ", with: "curl -sS ")], in: store.folder)
                    #expect(
                        run.status == 0 && run.output.hasPrefix(#"{"result":"#),
                        "\(command): \(run.output)\(run.errors)")
                }
                #expect(up.output.contains("output/") && up.output.contains("Ctrl-C"))
                #expect(store.log("order_log") == ["bought book 1"])
            }
        }

        @Test(arguments: [false, true]) func stopsAllOnControlC(wholeGroup: Bool) async throws {
            try await withUp { store, up in
                try await waitUntilOpen(up, store)
                let children = ProcessTable.children(of: up.pid)
                #expect(children.count == 3)
                #expect(try await store.buy(1) == "Success")
                if wholeGroup { up.sendToGroup(SIGINT) } else { up.send(SIGINT) }
                #expect(try await up.exit() == 0, "\(up.errors)")
                try await expectNothingRuns(children, store)
                let stops = up.errors.split(separator: "\n").filter { $0.hasSuffix("has stopped") }
                #expect(
                    stops.compactMap { $0.split(separator: " ").dropFirst(2).first } == [
                        "frontend:", "order:", "catalog:",
                    ])
                #expect(!up.errors.contains("died"), "\(up.errors)")
                #expect(up.errors.hasSuffix("The store is closed.\n"))
            }
        }

        @Test func stopsAllOnTermination() async throws {
            try await withUp { store, up in
                try await waitUntilOpen(up, store)
                let children = ProcessTable.children(of: up.pid)
                up.send(SIGTERM)
                #expect(try await up.exit() == 0)
                try await expectNothingRuns(children, store)
            }
        }

        /// Ctrl-C before the store is open, also in the middle of reading many books.
        @Test func stopsWhileItStarts() async throws {
            try await withStoppedStore { store in
                let books = (1...200_000).map { "init,\($0),1,1,t,Book \($0)\n" }.joined()
                try store.write(books, to: "books")
                let up = try ServerProcess(
                    "up", Program.bookstore, ["up", "--books", "books"], in: store.folder, ownGroup: true)
                defer { up.end() }
                try await eventually("the catalog starts") { child(.catalog, of: up) != nil }
                let children = ProcessTable.children(of: up.pid)
                try await eventually("the catalog loads") {
                    FileManager.default.fileExists(atPath: store.path("data/catalog.lock"))
                }
                up.send(SIGINT)
                #expect(try await up.exit() == 0, "\(up.errors)")
                try await expectNothingRuns(children, store)
                #expect(!up.output.contains("open"))
            }
        }

        @Test(arguments: Tier.allCases) func startsATierAgainThatDied(tier: Tier) async throws {
            try await withUp { store, up in
                try await waitUntilOpen(up, store)
                #expect(try await store.buy(1, key: "before") == "Success")
                let victim = try #require(child(tier, of: up))
                #expect(kill(victim, SIGKILL) == 0)
                try await eventually("up says so") {
                    up.errors.contains("\(tier.rawValue) died (signal 9); starting it again")
                }
                try await eventually("it is there again") {
                    guard let pid = child(tier, of: up) else { return false }
                    return pid != victim
                }
                // Each event loop of the frontend detects it separately, so either may be late.
                for key in ["after", "before"] {
                    try await eventually("it serves again") {
                        (try? await store.buy(1, key: key)) == "Success"
                    }
                }
                #expect(store.log("order_log") == ["bought book 1", "bought book 1"])
                #expect(ProcessTable.children(of: up.pid).count == 3)
            }
        }

        @Test func givesUpAfterFiveDeaths() async throws {
            try await withUp { store, up in
                try await waitUntilOpen(up, store)
                var last: [pid_t] = []
                for death in 1...5 {
                    let tier: Tier = death % 2 == 0 ? .order : .frontend
                    try await eventually("\(tier) runs") { child(tier, of: up) != nil }
                    last = ProcessTable.children(of: up.pid)
                    let victim = try #require(child(tier, of: up))
                    #expect(kill(victim, SIGKILL) == 0)
                    if death < 5 {
                        try await eventually("death \(death) is noticed") {
                            up.errors.components(separatedBy: "starting it again").count - 1 == death
                        }
                    }
                }
                #expect(try await up.exit() == 1)
                #expect(up.errors.contains("5 deaths within a minute"), "\(up.errors)")
                try await expectNothingRuns(last, store)
            }
        }

        @Test func leavesNothingRunningWhenKilled() async throws {
            try await withUp { store, up in
                try await waitUntilOpen(up, store)
                let children = ProcessTable.children(of: up.pid)
                #expect(children.count == 3)
                #expect(try await store.buy(1) == "Success")
                up.end()
                try await expectNothingRuns(children, store)
                #expect(store.log("order_log") == ["bought book 1"])
            }
        }

        @Test(arguments: Tier.allCases) func stopsWhenATierCannotStart(tier: Tier) async throws {
            try await withStoppedStore { store in
                // A frontend of another store has the port.
                var config = "frontend,127.0.0.1:\(store.port(tier))\n"
                for behind in ["catalog", "order"] {
                    config += "\(behind),127.0.0.1:\(try FreePort.find())\n"
                }
                try store.write(config, to: "other-config")
                let other = try ServerProcess(
                    "other", Program.bookstore, ["frontend", "--config", "other-config"], in: store.folder)
                defer { other.end() }
                try await eventually("the port is taken") { other.errors.contains("listens on") }
                let up = try ServerProcess("up", Program.bookstore, ["up"], in: store.folder, ownGroup: true)
                defer { up.end() }
                #expect(try await up.exit() == 1)
                #expect(
                    up.errors.contains("cannot listen on 127.0.0.1:\(store.port(tier)): the port is in use"),
                    "\(up.errors)")
                #expect(up.errors.split(separator: "\n").count == 1, "\(up.errors)")
                #expect(up.output.isEmpty)
                #expect(other.isRunning)
                for made in ["data", "output"] {
                    #expect(!FileManager.default.fileExists(atPath: store.path(made)))
                }
                for other in Tier.allCases where other != tier { #expect(FreePort.isFree(store.port(other))) }
            }
        }

        /// A second store with the same config, in an empty folder, reports that the ports are in use, and neither
        /// uses the first one's servers nor leaves anything behind.
        @Test func aSecondStoreFailsOnUsedPorts() async throws {
            try await withUp { store, up in
                try await waitUntilOpen(up, store)
                try await withTemporaryFolder { folder in
                    let config = try String(contentsOfFile: store.path("config"), encoding: .utf8)
                    try config.write(toFile: folder + "/config", atomically: true, encoding: .utf8)
                    let second = try await bookstore("up", in: folder)
                    #expect(second.status == 1 && second.output.isEmpty, "\(second.output)")
                    #expect(second.errors.contains(": the port is in use"), "\(second.errors)")
                    #expect(second.errors.split(separator: "\n").count == 1, "\(second.errors)")
                    let left = try FileManager.default.contentsOfDirectory(atPath: folder)
                    #expect(Set(left.filter { !$0.hasPrefix("run-") }) == ["config"])
                }
                #expect(try await store.buy(1) == "Success")
            }
        }

        /// A server that listens only after the check of `up` is not mistaken for its child: a child that cannot
        /// listen never reports that it does.
        @Test func ignoresAServerItDidNotStart() async throws {
            try await withStoppedStore { store in
                let books = (1...200_000).map { "init,\($0),1,1,t,Book \($0)\n" }.joined()
                try store.write(books, to: "books")
                let up = try ServerProcess(
                    "up", Program.bookstore, ["up", "--books", "books"], in: store.folder, ownGroup: true)
                defer { up.end() }
                try await eventually("the catalog loads") {
                    FileManager.default.fileExists(atPath: store.path("data/catalog.lock"))
                }
                // Its port is free until it has loaded.
                let lines = "catalog,127.0.0.1:\(store.port(.catalog))\n"
                try store.write(lines, to: "other-config")
                let other = try ServerProcess(
                    "other", Program.bookstore,
                    ["catalog", "--config", "other-config", "--data", "other", "--output", "other"],
                    in: store.folder)
                defer { other.end() }
                try await eventually("the other is first") { other.errors.contains("listens on") }
                #expect(try await up.exit() == 1)
                #expect(up.errors.contains("the catalog server did not start"), "\(up.errors)")
                #expect(!up.output.contains("open"))
                #expect(ProcessTable.children(of: up.pid).isEmpty)
            }
        }

        @Test func booksNoneOpensAnEmptyShop() async throws {
            try await withUp(["--books", "none"]) { store, up in
                try await waitUntilOpen(up, store)
                expectJSON(try await store.get("/search?topic=graduate+school"), #"{"result":[]}"#)
                expectProblem(try await store.get("/lookup?item_number=1"), 404)
                let added = try await bookstore(
                    "books", "add", "--title", "First", "--topic", "t", "--cost", "1", "--stock", "1",
                    in: store.folder)
                #expect(added.status == 0, "\(added.errors)")
                expectJSON(
                    try await store.get("/search?topic=t"),
                    #"{"result":[{"item_number":"1","title":"First"}]}"#)
                #expect(try await store.buy(1) == "Success")
                let verify = try await bookstore("verify", in: store.folder)
                #expect(verify.status == 0, "\(verify.output)\(verify.errors)")
            }
        }

        /// The hints name a book that the store has, and books that a store no longer takes are said to be left out.
        @Test func hintsAreForTheBooksThatAreThere() async throws {
            try await withStoppedStore { store in
                try store.write("init,7,0,5,a b,Gone\ninit,8,2,5,c&d 'e',Here\n", to: "books")
                for isOld in [false, true] {
                    let up = try ServerProcess(
                        "up-\(isOld)", Program.bookstore, ["up", "--books", "books"], in: store.folder)
                    defer { up.end() }
                    try await waitUntilOpen(up, store)
                    try await eventually("all is said") { up.output.hasSuffix("closes the store.\n") }
                    let said = "those of books come in by: bookstore books import books\n"
                    #expect(up.output.contains(said) == isOld, "\(up.output)")
                    let search = try #require(
                        up.output.split(separator: "\n").first { $0.contains("/search?") })
                    let run = try await run(
                        "/bin/sh", ["-c", String(search).replacing("curl ", with: "curl -sS ")],
                        in: store.folder)
                    #expect(run.output == #"{"result":[{"item_number":"8","title":"Here"}]}"#, "\(search)")
                    #expect(up.output.contains("lookup?item_number=8'\n"))
                    #expect(up.output.contains("buy?item_number=8'\n"))
                    up.send(SIGINT)
                    #expect(try await up.exit() == 0)
                }
            }
        }

        @Test(arguments: [Tier.catalog, .order]) func refusesSeveralOfATierWithoutPostgreSQL(tier: Tier)
            async throws
        {
            try await withStoppedStore { store in
                let config = try String(contentsOfFile: store.path("config"), encoding: .utf8)
                try store.write(config + "\(tier.rawValue),127.0.0.1:\(try FreePort.find())\n", to: "config")
                let run = try await bookstore("up", in: store.folder)
                #expect(run.status == 78)
                #expect(
                    run.errors == """
                        bookstore: config: has 2 \(tier.rawValue) lines; only a store in PostgreSQL has several: name it \
                        by --store, or keep one line

                        """, "\(run.errors)")
            }
        }

        @Test func namesEveryServerOfSeveral() async throws {
            try await withStoppedStore { store in
                let config = try String(contentsOfFile: store.path("config"), encoding: .utf8)
                let second = try FreePort.find()
                try store.write(config + "frontend,127.0.0.1:\(second)\n", to: "config")
                let up = try ServerProcess("up", Program.bookstore, ["up"], in: store.folder)
                defer { up.end() }
                try await waitUntilOpen(up, store)
                try await eventually("all is said") { up.output.hasSuffix("closes the store.\n") }
                #expect(
                    up.output.contains("open at http://\(store.frontend) and http://127.0.0.1:\(second)\n"),
                    "\(up.output)")
                for line in [
                    "  catalog     127.0.0.1:\(store.port(.catalog))  logs in output/\n",
                    "  frontend 1  127.0.0.1:\(second)",
                ] { #expect(up.output.contains(line), "\(up.output)") }
                up.send(SIGINT)
                #expect(try await up.exit() == 0)
            }
        }

        @Test func stopsWhenTheBooksAreBad() async throws {
            try await withStoppedStore { store in
                try store.write("init,1,2,3\n", to: "books")
                let run = try await bookstore("up", "--books", "books", in: store.folder)
                #expect(run.status == 78)
                #expect(run.errors.contains("books:1: expected init,"), "\(run.errors)")
                #expect(run.errors.contains("the catalog server did not start; everything is stopped"))
                #expect(run.output.isEmpty)
                for tier in Tier.allCases { #expect(FreePort.isFree(store.port(tier))) }
            }
        }
    }
}
