import Foundation
import Model
import TestSupport
import Testing

/// The quick look in the README.
enum QuickLook {
    /// The shell lines after the mark; nil if there are none.
    static let block: String? = {
        let data = FileManager.default.contents(atPath: Program.folder + "/README.md") ?? Data()
        let text = String(decoding: data, as: UTF8.self)
        guard let start = text.firstRange(of: "<!-- quick-look -->\n```sh\n"),
            let end = text[start.upperBound...].firstRange(of: "\n```")
        else { return nil }
        return String(text[start.upperBound..<end.lowerBound])
    }()

    /// Whether a store could listen on the README's ports.
    static var portsAreFree: Bool {
        let ports = Tier.allCases.map(\.defaultPort) + [ServerConfig.storefrontDefault.port]
        return ports.allSatisfy { FreePort.isFree($0) }
    }
}

extension RealProcesses {
    /// Runs the README's quick look unchanged.
    @Suite(.enabled(if: QuickLook.block != nil, "README.md has no quick look"))
    struct QuickLookTests {
        // The README uses the default ports. If one is in use, the test is skipped.
        @Test(.enabled(if: QuickLook.portsAreFree, "8000 to 8002 and 8080 are not free"))
        func worksAsItStands() async throws {
            let block = try #require(QuickLook.block)
            try await withTemporaryFolder { folder in
                let up = try ServerProcess("up", Program.bookstore, ["up"], in: folder)
                defer { up.end() }
                try await eventually("the store is open") { up.output.contains("The store is open") }
                let run = try await run("/bin/sh", ["-e", "-c", block], in: folder)
                #expect(run.status == 0, "\(run.errors)")
                for part in [
                    #"{"item_number":"1","title":"How to get a good grade in 677 in 20 minutes a day"}"#,
                    #""cost":"10","stock":3"#, successBody + successBody, #""stock":2"#,
                ] {
                    #expect(run.output.contains(part), "\(run.output)")
                }
                // Repetitions of the line with the key sell one copy.
                let repeated = try #require(
                    block.split(separator: "\n").first { $0.contains("Idempotency-Key") })
                let again = try await bookstoreShell(String(repeated), in: folder)
                #expect(again.output == successBody)
                let log = try String(contentsOfFile: folder + "/output/order_log", encoding: .utf8)
                #expect(log == "bought book 1\nbought book 2\n")
                up.send(SIGINT)
                #expect(try await up.exit() == 0)
            }
        }

        private func bookstoreShell(_ line: String, in folder: String) async throws -> CommandRun {
            try await run("/bin/sh", ["-e", "-c", line], in: folder)
        }
    }
}
