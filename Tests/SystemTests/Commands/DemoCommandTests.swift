import Foundation
import Processes
import TestSupport
import Testing

extension RealProcesses {
    /// `bookstore demo`: a store with a past.
    @Suite struct DemoCommandTests {
        private struct Demo {
            let process: ServerProcess
            /// Where temporary folders are made.
            let temporary: String

            /// The words behind others on a line of its output.
            func said(after words: String) throws -> String {
                let lines = process.output.split(separator: "\n")
                let line = try #require(lines.first { $0.contains(words) }, "\(words): \(process.output)")
                return line.components(separatedBy: words)[1].trimmingCharacters(in: .whitespaces)
            }

            func end() async throws {
                let children = ProcessTable.children(of: process.pid)
                #expect(children.count == 4)
                process.sendToGroup(SIGINT)
                #expect(try await process.exit() == 0, "\(process.errors)")
                try await eventually("no server runs") { !children.contains(where: ProcessTable.isRunning) }
            }
        }

        /// Runs `body` with a demonstration that is open, and leaves nothing running.
        private func withDemo(
            _ arguments: [String] = [], in folder: String, _ body: (Demo) async throws -> Void
        ) async throws {
            let temporary = folder + "/temporary"
            try FileManager.default.createDirectory(atPath: temporary, withIntermediateDirectories: true)
            let process = try ServerProcess(
                "demo", Program.bookstore, ["demo"] + arguments, in: folder,
                // Settings of other stores do not reach it.
                environment: ["TMPDIR": temporary, "BOOKSTORE_DATA": "elsewhere", "BOOKSTORE_BOOKS": "none"],
                ownGroup: true)
            defer { process.end() }
            try await eventually("the demonstration is open", within: 60) {
                guard process.isRunning else { throw ServerProcess.Failed(description: process.errors) }
                return process.output.contains("Ctrl-C")
            }
            try await body(Demo(process: process, temporary: temporary))
        }

        /// Signs in at the desk.
        ///
        /// - Returns: the cookies that a browser would have then.
        private static func signIn(_ password: String, port: Int) throws -> String {
            let form = "keeper=owner&to=/desk/totals&password=\(password)"
            let connection = try RawConnection(port: port)
            try connection.send(
                """
                POST /desk/sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\
                Content-Type: application/x-www-form-urlencoded\r\nContent-Length: \(form.utf8.count)\r\n\r\n\(form)
                """)
            let lines = try connection.receiveAll().components(separatedBy: "\r\n")
            #expect(lines.first?.hasPrefix("HTTP/1.1 303") == true, "\(lines)")
            let name = "set-cookie: "
            return lines.filter { $0.lowercased().hasPrefix(name) }
                .map { $0.dropFirst(name.count).prefix { $0 != ";" } }.joined(separator: "; ")
        }

        @Test func aLivingShopIsGoneAtControlC() async throws {
            try await withTemporaryFolder { folder in
                let port = try FreePort.find()
                try await withDemo(["--port", String(port)], in: folder) { demo in
                    #expect(try demo.said(after: "the shop") == "http://127.0.0.1:\(port)")
                    let home = try request("GET", "/", port: port)
                    #expect(home.status == 200)
                    for words in [">Novels</a>", "Pride and Prejudice", "In stock"] {
                        #expect(home.body.contains(words), "\(words)")
                    }
                    let password = try demo.said(after: "and the password")
                    let cookies = try Self.signIn(password, port: port)
                    let totals = try request("GET", "/desk/totals", port: port, headers: ["Cookie": cookies])
                    let sold = try demo.said(after: "which sold").prefix { $0 != " " }
                    #expect(try #require(Int(sold)) > 3_000)
                    #expect(
                        totals.body.contains("\(sold.prefix(sold.count - 3)),\(sold.suffix(3)) books sold"))
                    #expect(try FileManager.default.contentsOfDirectory(atPath: demo.temporary).count == 1)
                    try await demo.end()
                    #expect(demo.process.errors.hasSuffix("The store is closed and removed.\n"))
                    #expect(try FileManager.default.contentsOfDirectory(atPath: demo.temporary).isEmpty)
                    let left = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
                    #expect(left == ["demo.err", "demo.out", "temporary"])
                }
            }
        }

        /// Its ledger, orders and logs are those of a store that has really sold.
        @Test func aStoreThatIsKeptBalances() async throws {
            try await withTemporaryFolder { folder in
                try await withDemo(["--keep", "kept"], in: folder) { demo in
                    try await demo.end()
                    #expect(demo.process.errors.hasSuffix("The store is closed, and kept in kept.\n"))
                }
                let verdict = try await bookstore(
                    "verify", "--data", "kept/data", "--output", "kept/output", in: folder)
                #expect(verdict.status == 0, "\(verdict.output)\(verdict.errors)")
                #expect(verdict.output.hasPrefix("The books balance: 2587 books, "), "\(verdict.output)")
                let again = try await bookstore("demo", "--keep", "kept", in: folder)
                #expect(again.status == 78 && again.errors.contains("kept: has something in it"))
            }
        }

        @Test func aPortInUseIsNamedBeforeAnythingIsMade() async throws {
            try await withTemporaryFolder { folder in
                let listener = try RawListener()
                defer { listener.close() }
                let run = try await bookstore(
                    "demo", "--port", String(listener.port), "--keep", "kept", in: folder)
                #expect(run.status == 69 || run.status == 78 || run.status == 1, "\(run.status)")
                #expect(run.errors.contains(String(listener.port)), "\(run.errors)")
                #expect(!FileManager.default.fileExists(atPath: folder + "/kept"))
            }
        }
    }
}
