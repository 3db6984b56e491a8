import Foundation
import Model
import TestSupport
import Testing

extension RealProcesses {
    /// The metrics pages of the three tiers, checked with Prometheus' own tool.
    @Suite struct MetricsTests {
        private func promtool() throws -> String {
            let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(
                String.init)
            let found = ([Program.folder + "/.build"] + folders).map { $0 + "/promtool" }
                .first { FileManager.default.isExecutableFile(atPath: $0) }
            return try #require(found, "promtool is missing: run scripts/setup.sh --test")
        }

        private func check(_ page: String, in folder: String) async throws -> CommandRun {
            try page.write(toFile: folder + "/page", atomically: true, encoding: .utf8)
            let command = "'\(try promtool())' check metrics < page"
            return try await run("/bin/sh", ["-c", command], in: folder)
        }

        @Test func passPromtool() async throws {
            try await withStore { store in
                // One request of each kind: done, sold out, refused, unreadable, failed.
                _ = try await store.get("/search?topic=distributed+systems")
                for item in [1, 1, 1, 1, 77] { _ = try await store.post("/buy/\(item)") }
                _ = try await store.get("/lookup/x")
                _ = try await store.get("/nothing")
                for tier in Tier.allCases {
                    let page = try await store.get("/metrics", from: tier).body
                    let verdict = try await check(page, in: store.folder)
                    #expect(verdict.status == 0 && verdict.errors.isEmpty, "\(tier): \(verdict.errors)")
                    // No label contains what was bought, or a key.
                    let labels = Set(page.matches(of: #/([a-z_]+)="/#).map { String($0.1) })
                    #expect(
                        labels.isSubset(of: [
                            "tier", "version", "configuration", "route", "peer", "server", "outcome", "code",
                            "reason", "le",
                        ]), "\(tier): \(labels)")
                }
                try store.kill(.catalog)
                expectProblem(try await store.get("/lookup/1"), 503)
                let page = try await store.get("/metrics").body
                #expect(
                    page.contains(
                        #"http_client_requests_total{peer="catalog",route="/query_by_item",outcome="error"} 1"#
                    ))
                #expect(page.contains(#"http_server_requests_total{route="/lookup",outcome="error"} 1"#))
                #expect(
                    page.contains(
                        #/bookstore_peer_connect_failures_total\{peer="catalog",server="[^"]+"\} [1-9]/#))
                #expect(try await check(page, in: store.folder).status == 0)
            }
        }

        @Test func promtoolReportsAMalformedPage() async throws {
            try await withTemporaryFolder { folder in
                let torn = try await check("# TYPE a_total counter\na_total{ 1\n", in: folder)
                #expect(torn.status != 0 && !torn.errors.isEmpty)
            }
        }

        @Test func measureTheCommits() async throws {
            try await withStore { store in
                for item in [1, 2, 3] { _ = try await store.post("/buy/\(item)") }
                for tier in [Tier.catalog, .order] {
                    let page = try await store.get("/metrics", from: tier).body
                    for line in ["bookstore_commit_waiting 0", "bookstore_takes_updates 1"] {
                        #expect(page.contains("\n\(line)\n"), "\(tier): \(line)")
                    }
                    // More where the order server met a sale in the ledger before its own answer came.
                    let changes = try #require(
                        page.firstMatch(of: #/bookstore_commit_batch_size_sum ([0-9]+)/#))
                    #expect(try #require(Int(changes.1)) >= 3)
                    for name in [
                        "bookstore_commit_duration_seconds", "bookstore_commit_sync_duration_seconds",
                    ] {
                        let sums = page.matches(of: #/\n([a-z_]+)_sum ([^\n]+)/#)
                        let sum = sums.first { $0.1 == name }.flatMap { Double($0.2) }
                        #expect(try #require(sum, "\(name)") > 0)
                    }
                    #expect(page.contains(#/bookstore_sqlite_info\{version="3\.[0-9.]+"\} 1/#))
                }
            }
        }

        @Test func everyAccessLineHasItsTrace() async throws {
            let debug = ["--log-level", "debug"]
            try await withStore(options: [.frontend: debug + ["--log-format", "json"], .order: debug]) {
                store in
                let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
                let headers = ["traceparent": "00-\(trace)-00f067aa0ba902b7-01"]
                let body = String(repeating: "b", count: 64 * 1024 + 1)
                for tier in [Tier.frontend, .order] {
                    // Refused for its parameters, its path or its body: each has the client's own trace.
                    for (target, sent) in [("/buy/x", ""), ("/nothing", ""), ("/buy/1", body)] {
                        let reply = try await store.send(
                            "POST", target, to: tier, headers: headers, body: sent)
                        #expect(reply.json["trace_id"] as? String == trace, "\(reply.body)")
                        try await eventually("\(tier) logs \(target)") {
                            store.errors(of: tier).split(separator: "\n").contains {
                                $0.contains("POST \(target) \(reply.status)") && $0.contains(trace)
                            }
                        }
                    }
                    // An unreadable request has no trace, and gets a new one.
                    let reply = try await onThread { [port = store.port(tier)] in
                        let connection = try RawConnection(port: port)
                        try connection.send("GARBAGE\r\n\r\n")
                        return try connection.receiveReplies(1).first
                    }
                    let status = try #require(reply).status
                    let made = try #require(reply?.json["trace_id"] as? String)
                    try await eventually("\(tier) logs what it could not read") {
                        store.errors(of: tier).split(separator: "\n").contains {
                            $0.contains("unreadable request \(status)") && $0.contains(made)
                        }
                    }
                }
            }
        }
    }
}
