import Foundation
import Model
import Processes
import TestSupport
import Testing

extension RealProcesses {
    @Suite struct TopCommandTests {
        private let config = ["--config", "config"]

        @Test func printsLinesWithoutATerminal() async throws {
            try await withStore { store in
                let top = try ServerProcess(
                    "top", Program.bookstore, ["top", "--interval", "0.1"] + config, in: store.folder)
                defer { top.end() }
                func becomes(_ what: String, _ line: Regex<Substring>, work: () async throws -> Void)
                    async throws
                {
                    try await eventually(what) {
                        try await work()
                        return top.output.contains(line)
                    }
                }
                let nothing = {}
                try await becomes("a lookup", #/tier=frontend .* served="/lookup" per_s=[1-9]/#) {
                    _ = try await store.get("/lookup/1")
                }
                try await becomes(
                    "its call", #/tier=frontend .* called="catalog /query_by_item" per_s=[1-9]/#
                ) {
                    _ = try await store.get("/lookup/1")
                }
                try await becomes("a sale", #/tier=catalog .* commits_per_s=[1-9][^\n]* takes_updates=true/#)
                {
                    _ = try await store.post("/buy/2")
                }
                try await becomes("a stock-out", #/tier=order .* served="/buy" .* sold_out_per_s=[1-9]/#) {
                    _ = try await store.post("/buy/2")
                }
                #expect(!top.output.contains("\u{1B}"))
                try store.kill(.order)
                try await becomes("a server is down", #/tier=order [^\n]* state=down/#, work: nothing)
                let linesSoFar = top.output.count
                try await store.start([.order])
                try await eventually("it is back") {
                    top.output.dropFirst(linesSoFar).contains(#/tier=order [^\n]* state=up/#)
                }
                top.send(SIGINT)
                #expect(try await top.exit() == 0, "\(top.errors)")
            }
        }

        @Test func printsOnceAndFailsWithoutAServer() async throws {
            try await withStore { store in
                let well = try await bookstore("top", "--once", "--interval", "0.2", in: store.folder)
                #expect(well.status == 0, "\(well.errors)")
                for tier in Tier.allCases {
                    #expect(
                        well.output.contains(
                            "tier=\(tier.rawValue) server=127.0.0.1:\(store.port(tier)) state=up"))
                }
                try store.kill(.catalog)
                let ill = try await bookstore(
                    "top", "--iterations", "2", "--interval", "0.2", in: store.folder)
                #expect(ill.status == 69, "\(ill.errors)")
                #expect(ill.output.contains(#/tier=catalog [^\n]* state=down reason="[^"\n]+"/#))
                #expect(ill.output.components(separatedBy: "tier=frontend").count > 2)
            }
        }

        @Test func drawsOnATerminalAndRestoresIt() async throws {
            try await withStore { store in
                let command =
                    "stty rows 40 cols 80; exec '\(Program.bookstore)' top --interval 0.1 --config config"
                let script = try ServerProcess(
                    "script", "/usr/bin/script",
                    ["--quiet", "--flush", "--return", "--command", command, "screen"],
                    in: store.folder, environment: ["TERM": "xterm", "SHELL": "/bin/sh"])
                defer { script.end() }
                func screen() -> String {
                    String(
                        decoding: FileManager.default.contents(atPath: store.path("screen")) ?? Data(),
                        as: UTF8.self)
                }
                try await eventually("it draws") {
                    _ = try await store.get("/lookup/1")
                    return screen().contains("3 of 3 servers up")
                        && screen().contains("catalog /query_by_item")
                }
                #expect(screen().contains("\u{1B}[?1049h"))
                #expect(!screen().contains("more lines"))
                let top = try #require(ProcessTable.children(of: script.pid).first)
                try resize(top, rows: 6, columns: 50)
                try await eventually("it fits the smaller window") { screen().contains("more lines") }
                kill(top, SIGINT)
                #expect(try await script.exit() == 0, "\(script.errors)")
                #expect(screen().contains("\u{1B}[?25h\u{1B}[?1049l"))
            }
        }

        /// Resizes the terminal of a process; the system notifies the process.
        private func resize(_ process: pid_t, rows: UInt16, columns: UInt16) throws {
            let terminal = open("/proc/\(process)/fd/1", O_RDWR | O_NOCTTY)
            try #require(terminal >= 0)
            defer { close(terminal) }
            var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
            #expect(ioctl(terminal, UInt(TIOCSWINSZ), &size) == 0)
        }

        @Test(arguments: [
            ["--interval", "0"], ["--interval", "x"], ["--iterations", "0"], ["--once", "--iterations", "2"],
            ["--config", "missing"],
        ]) func refusesBadOptions(options: [String]) async throws {
            try await withTemporaryFolder { folder in
                let run = try await run(Program.bookstore, ["top"] + options, in: folder)
                #expect(run.status == (options.contains("missing") ? 78 : 64), "\(run.errors)")
                #expect(run.errors.contains(options[0]) && run.output.isEmpty, "\(run.errors)")
            }
        }

        @Test func aMissingServerIsDown() async throws {
            try await withStoppedStore { store in
                try await store.start([.catalog])
                let run = try await bookstore("top", "--once", "--interval", "0.1", in: store.folder)
                #expect(run.status == 69)
                #expect(run.output.contains(#/tier=catalog [^\n]* state=up/#))
                #expect(run.output.contains(#/tier=frontend [^\n]* state=down reason="[^"\n]*out of reach"/#))
            }
        }
    }
}
