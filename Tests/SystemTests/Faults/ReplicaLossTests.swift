import Foundation
import Model
import TestSupport
import Testing

extension RealProcesses {
    /// Two catalogs and two order servers behind one frontend, each of which is lost in turn.
    @Suite struct ReplicaLossTests {
        private struct Replica {
            let tier: Tier
            let index: Int
            let port: Int

            var name: String { "\(tier.rawValue)-\(index)" }
        }

        @Test func noBuyFailsWhicheverServerIsLost() async throws {
            let server = try PostgresServer.shared
            let url = server.url(try server.newDatabase())
            try await withTemporaryFolder { folder in
                let replicas = try [
                    (Tier.catalog, 0), (.catalog, 1), (.order, 0), (.order, 1), (.frontend, 0),
                ]
                .map { Replica(tier: $0, index: $1, port: try FreePort.find()) }
                let config = replicas.map { "\($0.tier.rawValue),127.0.0.1:\($0.port)\n" }.joined()
                try config.write(toFile: folder + "/config", atomically: true, encoding: .utf8)
                let books = (1...12).map { "init,\($0),100,1,t,Book \($0)\n" }.joined()
                try books.write(toFile: folder + "/books", atomically: true, encoding: .utf8)
                var processes: [ServerProcess] = []
                defer { for process in processes { process.end() } }
                for replica in replicas {
                    processes.append(try start(replica, url: url, in: folder))
                    try await eventually("\(replica.name) listens") { await self.isReady(replica) }
                }
                let frontend = replicas[4].port
                try await buyEverything(round: "first", at: frontend)
                for place in 0..<4 {
                    let replica = replicas[place]
                    try await processes[place].freeze()
                    try await buyEverything(round: "\(replica.name) frozen", at: frontend)
                    processes[place].send(SIGCONT)
                    try await allAreUsed(by: replicas)
                    processes[place].end()
                    try await buyEverything(round: "\(replica.name) killed", at: frontend)
                    processes[place] = try start(replica, url: url, in: folder)
                    try await allAreUsed(by: replicas)
                }
                try await eventually("the logs of all servers are the ledger's") {
                    try await bookstore(
                        "verify", "--store", url, "--output", "catalog-0", "--output", "catalog-1",
                        "--output",
                        "order-0", "--output", "order-1", in: folder
                    ).status == 0
                }
                // One sale of each book in each of nine rounds, however often a call was repeated.
                for item in 1...12 {
                    let reply = try await onThread { try request("GET", "/lookup/\(item)", port: frontend) }
                    #expect(reply.body.contains(#""stock":91"#), "\(reply.body)")
                }
            }
        }

        private func start(_ replica: Replica, url: String, in folder: String) throws -> ServerProcess {
            var arguments = [replica.tier.rawValue, "--supervised", "--index", "\(replica.index)"]
            if replica.tier != .frontend {
                arguments += ["--store", url, "--data", "data-\(replica.name)", "--output", replica.name]
            }
            if replica.tier == .catalog { arguments += ["--books", "books"] }
            return try ServerProcess(replica.name, Program.bookstore, arguments, in: folder)
        }

        private func isReady(_ replica: Replica) async -> Bool {
            (try? await onThread { try request("GET", "/readyz", port: replica.port) })?.status == 200
        }

        /// Buys one copy of every book, each with one request, and expects all to be answered soon.
        private func buyEverything(round: String, at port: Int) async throws {
            try await withThrowingTaskGroup { group in
                for item in 1...12 {
                    group.addTask {
                        let start = ContinuousClock.now
                        let reply = try await onThread {
                            try request(
                                "POST", "/buy?item_number=\(item)", port: port,
                                headers: ["Idempotency-Key": "\(round)-\(item)".replacing(" ", with: "-")])
                        }
                        #expect(reply.json["result"] as? String == "Success", "\(round): \(reply.body)")
                        #expect(ContinuousClock.now - start < .seconds(3), "\(round)")
                    }
                }
                try await group.waitForAll()
            }
        }

        /// Waits until no server keeps another out of use.
        private func allAreUsed(by replicas: [Replica]) async throws {
            try await eventually("all are used") {
                for replica in replicas where replica.tier != .catalog {
                    let page = try? await onThread { try request("GET", "/metrics", port: replica.port).body }
                    guard let page, !page.contains(#/bookstore_peer_out\{[^}]*\} [1-9]/#) else {
                        return false
                    }
                }
                return true
            }
        }
    }
}
