import Foundation
import Model
import TestSupport
import Testing

/// The quick look of the README.
enum QuickLook {
    /// The shell lines after the mark; nil where there are none.
    static let block: String? = {
        let data = FileManager.default.contents(atPath: Program.folder + "/README.md") ?? Data()
        let text = String(decoding: data, as: UTF8.self)
        guard let start = text.firstRange(of: "<!-- quick-look -->\n```sh\n"),
            let end = text[start.upperBound...].firstRange(of: "\n```")
        else { return nil }
        return String(text[start.upperBound..<end.lowerBound])
    }()

    /// Whether a store could listen where the README says.
    static var portsAreFree: Bool {
        let ports = Tier.allCases.map(\.defaultPort) + [ServerConfig.storefrontDefault.port]
        return ports.allSatisfy { FreePort.isFree($0) }
    }
}

extension RealProcesses {
    /// The README's quick look, run as it stands there.
    @Suite(.enabled(if: QuickLook.block != nil, "README.md has no quick look"))
    struct QuickLookTests {
        // The README names the default ports, so they must be free: on a busy machine it is left out.
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
                // The line with the key sells one copy, however often it is repeated.
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
