import Foundation
import Model
import TestSupport
import Testing

extension RealProcesses {
    /// Common answers of all three tiers: HTTP errors, health, metrics, times and traces.
    @Suite struct EveryTierWireTests {
        @Test func namesTheAllowedMethods() async throws {
            try await withStore { store in
                for (tier, method, target, allow) in [
                    (Tier.frontend, "POST", "/search?topic=a", "GET, HEAD"),
                    (.frontend, "DELETE", "/lookup/1", "GET, HEAD"),
                    (.frontend, "PUT", "/buy/1", "GET, POST"),
                    (.catalog, "POST", "/query_by_item?item_number=1", "GET, HEAD"),
                    (.catalog, "PATCH", "/update?item_number=1&stock=1", "GET, POST"),
                    (.order, "OPTIONS", "/buy?item_number=1", "GET, POST"),
                    (.order, "POST", "/livez", "GET, HEAD"),
                ] {
                    let reply = try await store.send(method, target, to: tier)
                    expectProblem(reply, 405)
                    #expect(reply.headers["allow"] == allow, "\(method) \(target)")
                }
                for tier in Tier.allCases { expectProblem(try await store.get("/nothing", from: tier), 404) }
                #expect(try await store.stock(of: 1) == 3)
            }
        }

        @Test(arguments: Tier.allCases) func boundsHeadAndBody(tier: Tier) async throws {
            try await withStore { store in
                let target = tier == .catalog ? "/update?item_number=1&stock=1" : "/buy?item_number=1"
                let long = String(repeating: "x", count: 17 * 1024)
                expectProblem(try await store.post(target, to: tier, headers: ["X-Long": long]), 431)
                expectProblem(try await store.get(target + "&x=" + long, from: tier), 431)
                let many = Dictionary(uniqueKeysWithValues: (1...80).map { ("X-\($0)", "y") })
                expectProblem(try await store.post(target, to: tier, headers: many), 431)
                let body = String(repeating: "b", count: 64 * 1024 + 1)
                expectProblem(try await store.send("POST", target, to: tier, body: body), 413)
                let chunked = try await onThread { [port = store.port(tier)] in
                    let connection = try RawConnection(port: port)
                    try connection.send(
                        "POST \(target) HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
                    try connection.send("10001\r\n" + body + "\r\n0\r\n\r\n")
                    return try connection.receiveReplies(1).first
                }
                expectProblem(try #require(chunked), 413)
                for text in [
                    "GARBAGE\r\n\r\n", "GET /livez HTTP/1.1\r\nHost x\r\n\r\n", "GET /livez HTTP/1.1\r\n\r\n",
                ] {
                    let reply = try await onThread { [port = store.port(tier)] in
                        let connection = try RawConnection(port: port)
                        try connection.send(text)
                        return try connection.receiveReplies(1).first
                    }
                    let status = try #require(reply).status
                    #expect((400..<600).contains(status), "\(text): \(status)")
                }
                // A body within the limit is accepted and ignored.
                let within = String(repeating: "b", count: 64 * 1024)
                #expect(try await store.send("POST", target, to: tier, body: within).status == 200)
            }
        }

        @Test func answersHeadWithoutABody() async throws {
            try await withStore { store in
                let text = try await onThread { [port = store.port(.frontend)] in
                    let connection = try RawConnection(port: port)
                    try connection.send(
                        "HEAD /lookup/1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                    return try connection.receiveAll()
                }
                #expect(text.hasPrefix("HTTP/1.1 200 OK\r\n"))
                #expect(text.contains("content-length: 142\r\n"))
                #expect(text.hasSuffix("\r\n\r\n"))
                // HEAD must not change anything, so it cannot buy.
                for (tier, target) in [(Tier.frontend, "/buy/1"), (.order, "/buy?item_number=1")] {
                    let refused = try await onThread { [port = store.port(tier)] in
                        let connection = try RawConnection(port: port)
                        try connection.send(
                            "HEAD \(target) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                        return try connection.receiveAll()
                    }
                    #expect(refused.hasPrefix("HTTP/1.1 405 "))
                }
                #expect(try await store.stock(of: 1) == 3)
            }
        }

        @Test func timesTheTiersBehind() async throws {
            try await withStore { store in
                func entries(_ reply: RawReply) throws -> [String] {
                    let timing = try #require(reply.headers["server-timing"])
                    return try timing.components(separatedBy: ", ").map { entry in
                        let parts = entry.components(separatedBy: ";dur=")
                        #expect(parts.count == 2 && Double(parts[1]) != nil, "\(timing)")
                        return try #require(parts.first)
                    }
                }
                #expect(try entries(try await store.get("/search?topic=a")) == ["catalog-query", "total"])
                #expect(try entries(try await store.get("/lookup/1")) == ["catalog-query", "total"])
                for _ in 1...4 {
                    let reply = try await store.post("/buy/1")
                    #expect(
                        try entries(reply) == ["order", "catalog-query", "catalog-update", "total"],
                        "\(reply.body)")
                    let direct = try await store.post("/buy?item_number=2", to: .order)
                    #expect(try entries(direct) == ["catalog-query", "catalog-update", "total"])
                }
                // Failed requests have times as well, and so do refused ones.
                for (reply, wanted) in [
                    (try await store.get("/lookup/77"), ["catalog-query", "total"]),
                    (try await store.post("/buy/77"), ["order", "catalog-query", "catalog-update", "total"]),
                    (try await store.get("/readyz"), ["catalog", "order", "total"]),
                    (try await store.get("/lookup/x"), ["total"]),
                    (try await store.get("/nothing"), ["total"]),
                    (try await store.get("/query_by_item?item_number=1", from: .catalog), ["total"]),
                    (
                        try await store.get(
                            "/lookup/1", headers: ["X": String(repeating: "x", count: 20_000)]),
                        ["total"]
                    ),
                ] { #expect(try entries(reply).sorted() == wanted.sorted(), "\(reply.body)") }
                try store.kill(.catalog)
                let failed = try await store.post("/buy/3")
                expectProblem(failed, 503)
                // Whether the order server still sent the update depends on what it knew of the catalog.
                let failedEntries = try entries(failed)
                #expect(Set(failedEntries).isSuperset(of: ["order", "catalog-query", "total"]))
            }
        }

        @Test func passesTheTraceToEveryTier() async throws {
            let debug = ["--log-level", "debug"]
            try await withStore(options: [.catalog: debug, .order: debug, .frontend: debug]) { store in
                let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
                let headers = ["traceparent": "00-\(trace)-00f067aa0ba902b7-01"]
                #expect(try await store.post("/buy/1", headers: headers).status == 200)
                for (tier, request) in [
                    (Tier.frontend, "POST /buy/1 200"), (.order, "/buy?item_number=1 200"),
                    (.catalog, "/query_by_item?item_number=1 200"),
                    (.catalog, "/update?item_number=1&cost=na&stock=-1 200"),
                ] {
                    try await eventually("\(tier) logs \(request)") {
                        store.errors(of: tier).split(separator: "\n").contains {
                            $0.contains(request) && $0.contains("trace_id=\(trace)")
                        }
                    }
                }
                // Without a trace, or with an invalid one, the frontend begins a new trace.
                for field in [nil, "00-\(String(repeating: "0", count: 32))-00f067aa0ba902b7-01", "nonsense"]
                {
                    let reply = try await store.get(
                        "/lookup/77", headers: field.map { ["traceparent": $0] } ?? [:])
                    let made = try #require(reply.json["trace_id"] as? String)
                    #expect(made.count == 32 && made.allSatisfy(\.isHexDigit) && made != trace)
                    for tier in [Tier.frontend, .catalog] {
                        try await eventually("\(tier) logs \(made)") { store.errors(of: tier).contains(made) }
                    }
                }
            }
        }

        @Test func writesItsLogAsJSONWhenAsked() async throws {
            try await withStore(options: [.frontend: ["--log-level", "debug", "--log-format", "json"]]) {
                store in
                _ = try await store.get("/search?topic=%22quoted%22")
                try await eventually("the request is logged") {
                    store.errors(of: .frontend).contains("/search")
                }
                for line in store.errors(of: .frontend).split(separator: "\n") {
                    let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
                    #expect(object?["tier"] as? String == "frontend", "\(line)")
                    #expect(
                        object?["level"] != nil && object?["message"] != nil && object?["time"] != nil,
                        "\(line)")
                }
            }
        }

        @Test func tellsItsHealth() async throws {
            try await withStore { store in
                for tier in Tier.allCases {
                    expectJSON(try await store.get("/livez", from: tier), #"{"status":"alive"}"#)
                    expectJSON(try await store.get("/readyz", from: tier), #"{"status":"ready"}"#)
                }
                try store.kill(.order)
                let withoutOrder = try await store.get("/readyz")
                expectProblem(withoutOrder, 503, mentions: "order")
                #expect(withoutOrder.json["dependency"] as? String == "order")
                #expect(withoutOrder.headers["retry-after"] != nil)
                try await store.start([.order])
                try store.kill(.catalog)
                for tier in [Tier.frontend, .order] {
                    let reply = try await store.get("/readyz", from: tier)
                    expectProblem(reply, 503, mentions: "catalog")
                    #expect(reply.json["dependency"] as? String == "catalog")
                    #expect(try await store.status(tier, "/livez") == 200)
                }
                try await store.start([.catalog])
            }
        }

        @Test func showsMetrics() async throws {
            try await withStore { store in
                _ = try await store.get("/lookup/1")
                _ = try await store.get("/lookup/77")
                for _ in 1...4 { _ = try await store.post("/buy/1") }
                for (tier, wanted) in [
                    (
                        Tier.frontend,
                        [
                            #"http_server_requests_total{route="/lookup",outcome="success"} 1"#,
                            #"http_server_requests_total{route="/buy",outcome="success"} 3"#,
                            #"http_server_requests_total{route="/buy",outcome="failed"} 1"#,
                            #"http_client_requests_total{peer="order",route="/buy",outcome="success"}"#,
                        ]
                    ),
                    (
                        .order,
                        [#"http_client_requests_total{peer="catalog",route="/update",outcome="success"}"#]
                    ),
                    (.catalog, ["bookstore_books 4", "bookstore_ledger_movements_total 3"]),
                ] {
                    let reply = try await store.get("/metrics", from: tier)
                    #expect(reply.status == 200)
                    #expect(reply.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
                    for line in wanted {
                        #expect(reply.body.contains(line), "\(tier): \(line)\n\(reply.body)")
                    }
                    let sample = /[a-zA-Z_:][a-zA-Z0-9_:]*(\{([a-z_]+="[^"]*",?)*\})? [-+0-9.eEInfa]+/
                    for line in reply.body.split(separator: "\n") where !line.hasPrefix("#") {
                        #expect(line.wholeMatch(of: sample) != nil, "\(line)")
                    }
                }
            }
        }
    }
}
