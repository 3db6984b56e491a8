import Foundation
import Model
import TestSupport
import Testing

extension RealProcesses {
    /// `bookstore acceptance` and `bookstore client`.
    @Suite struct AcceptanceCommandTests {
        @Test func startsAndTestsItsOwnStore() async throws {
            try await withTemporaryFolder { folder in
                let run = try await bookstore("acceptance", "--output", "here/logs", in: folder)
                #expect(run.status == 0, "\(run.output)\n\(run.errors)")
                #expect(run.output.components(separatedBy: "PASS").count - 1 == 4)
                #expect(!run.output.contains("FAIL"))
                #expect(run.output.contains("All acceptance tests passed."))
                // Its store and its data are removed; its logs stay.
                let left = try FileManager.default.contentsOfDirectory(atPath: folder)
                #expect(left.filter { !$0.hasPrefix("run-") } == ["here"])
                let logs = try FileManager.default.contentsOfDirectory(atPath: folder + "/here/logs").sorted()
                #expect(logs == ["catalog_log", "client_log", "order_log"])
                func lines(_ name: String) throws -> [String] {
                    let text = try String(contentsOfFile: folder + "/here/logs/" + name, encoding: .utf8)
                    return text.split(separator: "\n").map(String.init)
                }
                #expect(try lines("order_log").sorted() == [1, 1, 1, 2, 2, 2].map { "bought book \($0)" })
                let catalogLog = try lines("catalog_log")
                #expect(Array(catalogLog.prefix(4)) == defaultInitLines)
                for (line, count) in [
                    ("query_by_topic,graduate school", 1), ("update,1,na,-1", 3), ("update,2,na,-1", 3),
                ] {
                    #expect(catalogLog.filter { $0 == line }.count == count, "\(line)")
                }
                let clientLog = try lines("client_log")
                let form = #/Client[1-4]: (Send request http:\/\/127\.0\.0\.1:\d+\/\S+|Get response \{.*\})/#
                #expect(clientLog.allSatisfy { $0.wholeMatch(of: form) != nil })
                let requests = clientLog.filter { $0.contains(": Send request ") }
                #expect(requests.count * 2 == clientLog.count)
                #expect(requests.filter { $0.hasSuffix("/buy?item_number=2") }.count == 4)
                for client in 1...4 { #expect(requests.contains { $0.hasPrefix("Client\(client):") }) }
            }
        }

        /// A second run sets the logs of the first aside, because its own must hold only its own operations.
        @Test func canBeRunAgain() async throws {
            try await withTemporaryFolder { folder in
                for _ in 1...2 {
                    let run = try await bookstore("acceptance", in: folder)
                    #expect(run.status == 0, "\(run.output)\n\(run.errors)")
                }
                let text = try String(contentsOfFile: folder + "/output/order_log", encoding: .utf8)
                #expect(text.split(separator: "\n").count == 6)
                #expect(FileManager.default.fileExists(atPath: folder + "/output/order_log.aside-1"))
            }
        }

        @Test func leavesTheLogsOfAStoreAlone() async throws {
            try await withStore { store in
                // Its database exists, whether it runs or not.
                let run = try await bookstore("acceptance", in: store.folder)
                #expect(run.status == 0, "\(run.output)\n\(run.errors)")
                #expect(run.errors.contains("output/acceptance"))
                let names = try FileManager.default.contentsOfDirectory(atPath: store.folder + "/output")
                #expect(!names.contains { $0.contains("aside") }, "\(names)")
                let log = store.folder + "/output/acceptance/order_log"
                let text = try String(contentsOfFile: log, encoding: .utf8)
                #expect(text.split(separator: "\n").count == 6)
            }
        }

        @Test func gradesAnotherStore() async throws {
            try await withStore { store in
                let first = try await bookstore(
                    "acceptance", "--frontend", store.frontend, "--logs", "output", "--output", "graded",
                    in: store.folder)
                #expect(first.status == 0, "\(first.output)\n\(first.errors)")
                #expect(first.output.contains("ok   order_log has 'bought book 2' 3 times"))
                // It has sold copies, so it is recognised as used.
                let second = try await bookstore("acceptance", "--frontend", store.frontend, in: store.folder)
                #expect(second.status == 1)
                #expect(second.output.contains("FAIL") && second.output.contains("checks failed"))
                #expect(second.output.contains("found:"))
            }
        }

        @Test func reportsAnUnreachableFrontend() async throws {
            try await withTemporaryFolder { folder in
                let port = try FreePort.find()
                for command in [["acceptance"], ["client", "lookup", "1"], ["client", "buy", "1"]] {
                    let run = try await run(
                        Program.bookstore, command + ["--frontend", "127.0.0.1:\(port)"], in: folder)
                    #expect(run.status == 69)
                    #expect(run.errors.contains("out of reach"), "\(run.errors)")
                }
            }
        }

        @Test func asksFromTheShell() async throws {
            try await withStore(books: "init,1,1,10,a & b,É+é 📚\n") { store in
                func client(_ arguments: String...) async throws -> CommandRun {
                    try await run(Program.bookstore, ["client"] + arguments, in: store.folder)
                }
                let search = try await client("search", "a & b")
                #expect(search.status == 0)
                #expect(search.output == #"{"result":[{"item_number":"1","title":"É+é 📚"}]}"# + "\n")
                #expect(search.errors.isEmpty)
                let lookup = try await client("lookup", "1", "--frontend", store.frontend)
                #expect(lookup.output.contains(#""stock":1"#))
                for _ in 1...2 {
                    let bought = try await client("buy", "1", "--key", "shell-1")
                    #expect(bought.status == 0 && bought.output == successBody + "\n")
                }
                // A sold-out book is not a failure of the command.
                let refused = try await client("buy", "1")
                #expect(refused.status == 0 && refused.output == failedBody + "\n")
                let unknown = try await client("lookup", "99")
                #expect(unknown.status == 1 && unknown.output.isEmpty && unknown.errors.contains("404"))
                #expect(try await client("lookup", "x&y=1").status == 1)
                try store.kill(.catalog)
                let down = try await client("lookup", "1")
                #expect(down.status == 69 && down.errors.contains("503"))
                let log = store.log("client_log")
                #expect(
                    log.first == "Client1: Send request http://\(store.frontend)/search?topic=a%20%26%20b")
                #expect(log.dropFirst().first == "Client1: Get response " + search.output.dropLast())
            }
        }
    }
}
