import Foundation
import Model
import TestSupport
import Testing

extension RealProcesses {
    /// Where a command's output goes: a full disk, a closed pipe, a terminal.
    @Suite struct OutputTests {
        private func shell(_ line: String, in folder: String) async throws -> CommandRun {
            try await run(
                "/bin/sh", ["-c", line.replacing("bookstore", with: Program.bookstore)], in: folder)
        }

        private static let ofRunningStore = [
            "books list", "books list --json", "books show 1", "books export", "ledger", "orders",
            "keeper list",
            "client search 'graduate school'", "client lookup 1", "restock 1=1", "reprice 2=7 --json",
            "verify",
            "verify --json", "config", "config --json", "healthcheck frontend", "top --once --interval 0.1",
            "top --json --interval 0.1", "backup copies", "version", "completion bash", "--help", "--version",
            "books list --help",
        ]

        @Test func failsOnAFullOrClosedOutput() async throws {
            try await withStore { store in
                for command in Self.ofRunningStore {
                    for output in ["/dev/full", "&-"] {
                        let run = try await shell("bookstore \(command) >\(output)", in: store.folder)
                        #expect(run.status == 1, "\(command) >\(output): \(run.status) \(run.errors)")
                        #expect(
                            run.errors.hasPrefix("bookstore: standard output cannot be written: "),
                            "\(command): \(run.errors)")
                        #expect(run.errors.split(separator: "\n").count == 1, "\(command): \(run.errors)")
                        try? FileManager.default.removeItem(atPath: store.path("copies"))
                    }
                }
                // The request was still carried out.
                #expect(try await store.stock(of: 1) == 5)
                // No answer goes to the log, even if its descriptor has the number of the closed output.
                #expect(!store.log("client_log").contains { $0.hasPrefix("{") })
            }
        }

        @Test func succeedsWhenItsReaderStopsReading() async throws {
            let books = (1...3_000).map { "init,\($0),1,1,t,Book \($0)\n" }.joined()
            try await withStore(books: books) { store in
                for command in ["books export", "books export --json", "books list --limit 1000", "config"] {
                    let line = "{ bookstore \(command); echo $? >status; } | head -1"
                    let run = try await shell(line, in: store.folder)
                    // A list that fits into the pipe explains how to get its next page.
                    let errors = run.errors.replacing("more by --after 1000\n", with: "")
                    #expect(run.status == 0 && errors.isEmpty, "\(command): \(errors)")
                    #expect(try String(contentsOfFile: store.path("status"), encoding: .utf8) == "0\n")
                }
            }
        }

        /// The status is the result of a check, even if nothing reads the output.
        @Test func aVerdictOutlivesItsReader() async throws {
            try await withStore { store in
                try await store.stop()
                try "bought book 1\nbought book 2\n".write(
                    toFile: store.path("output/order_log"), atomically: true, encoding: .utf8)
                let run = try await shell(
                    "{ bookstore verify 2>errors; echo $? >status; } | true", in: store.folder)
                #expect(run.errors.isEmpty)
                #expect(try String(contentsOfFile: store.path("status"), encoding: .utf8) == "1\n")
            }
        }

        /// A server's files get no descriptor that messages are written to, and no message that cannot be
        /// written ends it.
        @Test(arguments: ["<&- >&- 2>&-", "2>/dev/full"]) func serversNeedNoOutput(streams: String)
            async throws
        {
            try await withStoppedStore { store in
                for tier in Tier.allCases {
                    let line = "exec \(Program.bookstore) \(tier.rawValue) --log-level debug \(streams)"
                    try store.launch(tier, program: "/bin/sh", ["-c", line])
                }
                for tier in Tier.allCases { try await store.waitUntilReady(tier) }
                for _ in 1...3 { #expect(try await store.buy(1) == "Success") }
                #expect(try await store.buy(1) == "Failed")
                try await store.stop()
                let verify = try await bookstore("verify", in: store.folder)
                #expect(verify.status == 0, "\(verify.output)\(verify.errors)")
            }
        }

        // MARK: Text of files on a terminal

        @Test func messagesShowTheTextOfFilesEscaped() async throws {
            try await withStore { store in
                let bad = "\u{1B}]0;owned\u{7}\u{1B}[2J"
                let long = String(repeating: "9", count: 200_000)
                try store.write(
                    "item_number,title,topic,cost,stock\n\(bad),T,t,1,1\n7,T,t,\"1\nx\(bad)\",1\n\(long),T,t,1,1\n",
                    to: "bad.csv")
                try store.write("init,\(bad),1,1,t,T\n", to: "bad.books")
                try store.write("front\(bad)end,127.0.0.1:1\n", to: "bad.config")
                try store.write("{\"da\\u001b[2Jta\": \"x\"}", to: "bad.json")
                for arguments in [
                    ["books", "import", "bad.csv"], ["catalog", "--books", "bad.books", "--data", "new"],
                    ["up", "--config", "bad.config"], ["config", "--settings", "bad.json"],
                    ["bench", "compare", "bad\u{1B}[2J.csv", "x"], ["\u{1B}[2J"],
                    ["books", "show", "\u{1B}[2J"],
                ] {
                    let run = try await run(
                        Program.bookstore,
                        arguments + (arguments[0] == "catalog" ? ["--output", "new"] : []),
                        in: store.folder)
                    let text = run.output + run.errors
                    #expect(run.status != 0, "\(arguments)")
                    let isShown = text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" && $0 != "\t" }
                    #expect(!isShown, "\(arguments): \(text.debugDescription)")
                    #expect(text.contains("\\u{1B}"), "\(arguments): \(text)")
                    #expect(text.utf8.count < 6_000, "\(arguments): \(text.utf8.count) bytes")
                }
            }
        }

        @Test func escapesResponsesOnATerminalOnly() async throws {
            try await withTemporaryFolder { folder in
                let frontend = try FakeFrontend { _, _ in (200, "{\"result\":\"\u{1B}[2J\"}") }
                defer { frontend.close() }
                let command =
                    "\(Program.bookstore) client lookup 1 --frontend \(frontend.address)"
                let piped = try await run("/bin/sh", ["-c", command + " | cat"], in: folder)
                #expect(piped.output == "{\"result\":\"\u{1B}[2J\"}\n")
                let shown = try await run(
                    "/usr/bin/script", ["--quiet", "--return", "--command", command, "screen"], in: folder,
                    environment: ["TERM": "xterm", "SHELL": "/bin/sh"])
                #expect(shown.status == 0, "\(shown.errors)")
                let screen = FileManager.default.contents(atPath: folder + "/screen") ?? Data()
                let text = String(decoding: screen, as: UTF8.self)
                #expect(
                    text.contains("\\u{1B}[2J") && !text.contains("\u{1B}[2J"), "\(text.debugDescription)")
            }
        }
    }
}
