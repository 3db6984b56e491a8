import Foundation
import Model
import TestSupport
import Testing

extension RealProcesses {
    /// Servers with a low limit of open files.
    @Suite struct OpenFilesTests {
        /// Starts a tier from a shell that first sets the limits of open files.
        private func start(_ tier: Tier, in store: Store, _ limit: String) async throws {
            try store.launch(
                tier, program: "/bin/bash",
                [
                    "-c", "ulimit \(limit); exec \"$0\" \"$@\"", Program.bookstore, tier.rawValue,
                    "--supervised",
                ])
        }

        private func metric(_ name: String, of tier: Tier, in store: Store) async throws -> Double? {
            let page = try await store.get("/metrics", from: tier).body
            let line = page.split(separator: "\n").first { $0.hasPrefix(name + " ") }
            return line.flatMap { Double($0.dropFirst(name.count + 1)) }
        }

        @Test func serversRaiseTheirOpenFileLimit() async throws {
            try await withStoppedStore { store in
                for tier in Tier.allCases { try await start(tier, in: store, "-S -n 200") }
                for tier in Tier.allCases { try await store.waitUntilReady(tier) }
                for tier in Tier.allCases {
                    let count = try #require(try await metric("process_max_fds", of: tier, in: store))
                    #expect(count > 200)
                }
            }
        }

        /// At its limit of files a server must not spin in accept.
        @Test func connectionsLeaveSpareFiles() async throws {
            try await withStoppedStore { store in
                for tier in Tier.allCases { try await start(tier, in: store, "-n 256") }
                for tier in Tier.allCases { try await store.waitUntilReady(tier) }
                for tier in Tier.allCases {
                    let held = try (0..<400).map { _ in try RawConnection(port: store.port(tier)) }
                    try await eventually("\(tier) refuses connections") {
                        let connection = try RawConnection(port: store.port(tier))
                        try connection.send("GET /livez HTTP/1.1\r\nHost: h\r\n\r\n")
                        let text = try? connection.receiveAll()
                        return text?.hasPrefix("HTTP/1.1 503 ") ?? false
                    }
                    let files = try FileManager.default.contentsOfDirectory(
                        atPath: "/proc/\(try store.process(tier).pid)/fd")
                    #expect(files.count < 256)
                    #expect(try await spentProcessorTime(of: tier, in: store) < 0.5)
                    for connection in held { connection.reset() }
                }
                try await eventually("the store sells again") {
                    try await store.post("/buy?item_number=1").status == 200
                }
                #expect(try await metric("http_server_accept_pauses_total", of: .frontend, in: store) == 0)
            }
        }

        /// Without any spare file, a server waits and does not poll.
        @Test func aServerWithoutFilesWaits() async throws {
            try await withStoppedStore { store in
                try await store.start([.catalog, .order])
                try await start(.frontend, in: store, "-n 24")
                try await store.waitUntilReady(.frontend)
                let held = try (0..<60).map { _ in try RawConnection(port: store.port(.frontend)) }
                try await eventually("no file is left") {
                    store.errors(of: .frontend).contains("no file is left for another connection")
                }
                for _ in 1...3 { #expect(try await spentProcessorTime(of: .frontend, in: store) < 0.3) }
                for connection in held { connection.reset() }
                try await eventually("it accepts again") {
                    (try? await store.get("/lookup/1").status) == 200
                }
                let pauses = try #require(
                    try await metric("http_server_accept_pauses_total", of: .frontend, in: store))
                #expect(pauses >= 1)
            }
        }

        /// The share of a core that a process uses in one second.
        private func spentProcessorTime(of tier: Tier, in store: Store) async throws -> Double {
            let pid = try store.process(tier).pid
            let ticks = { () throws -> Double in
                let text = try String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
                let fields = text.split(separator: ")").last?.split(separator: " ") ?? []
                return try #require(Double(fields[11])) + #require(Double(fields[12]))
            }
            let before = try ticks()
            try await Task.sleep(for: .seconds(1))
            return (try ticks() - before) / Double(sysconf(Int32(_SC_CLK_TCK)))
        }
    }
}
