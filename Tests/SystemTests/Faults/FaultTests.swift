import Foundation
import Model
import TestSupport
import Testing

extension RealProcesses {
    /// A tier that is down, slow or cut off: a clear 503 in time, and service again once it returns, with the
    /// others unaffected.
    @Suite struct FaultTests {
        /// The longest time of any answer while a tier behind is broken.
        private static let answerTimeMax = Duration.seconds(10)

        private func timed(_ body: @Sendable () async throws -> RawReply) async throws -> RawReply {
            let start = ContinuousClock.now
            let reply = try await body()
            #expect(ContinuousClock.now - start < Self.answerTimeMax)
            return reply
        }

        @Test func answersWhileTheCatalogIsFrozen() async throws {
            try await withStore { store in
                #expect(try await store.buy(1) == "Success")
                let catalog = try store.process(.catalog)
                try await catalog.freeze()
                async let search = timed { try await store.get("/search?topic=a") }
                async let lookup = timed { try await store.get("/lookup/1") }
                async let bought = timed {
                    try await store.post("/buy/1", headers: ["Idempotency-Key": "frozen"])
                }
                async let ready = timed { try await store.get("/readyz") }
                let (searched, lookedUp, buying, readiness) = try await (search, lookup, bought, ready)
                for reply in [searched, lookedUp] {
                    expectProblem(reply, 503, mentions: "catalog")
                    #expect(reply.headers["retry-after"] == "1")
                    #expect(!reply.body.contains("unknown"))
                }
                // The purchase may have been carried out: the answer states that, and what to do.
                expectProblem(buying, 503, mentions: "same Idempotency-Key")
                #expect(buying.body.contains("unknown") && buying.headers["retry-after"] != nil)
                #expect(readiness.json["dependency"] as? String == "catalog")
                #expect(try await store.status(.frontend, "/livez") == 200)

                catalog.send(SIGCONT)
                try await eventually("lookups go on") {
                    try await store.status(.frontend, "/lookup/1") == 200
                }
                try await eventually("purchases go on") {
                    (try await store.buy(1, key: "frozen")) == "Success"
                }
                // The frozen purchase was carried out once, either late or by its repetition.
                try await store.waitUntilReady(.frontend)
                #expect(try await store.stock(of: 1) == 1)
                #expect(store.log("order_log") == ["bought book 1", "bought book 1"])
            }
        }

        @Test func answersWhileTheOrderServerIsFrozen() async throws {
            try await withStore { store in
                let order = try store.process(.order)
                try await order.freeze()
                let buying = try await timed {
                    try await store.post("/buy/1", headers: ["Idempotency-Key": "k"])
                }
                expectProblem(buying, 503, mentions: "order")
                #expect(buying.body.contains("unknown"))
                #expect(try await store.stock(of: 1) >= 2)
                order.send(SIGCONT)
                try await eventually("purchases go on") { (try await store.buy(1, key: "k")) == "Success" }
                try await store.waitUntilReady(.frontend)
                #expect(try await store.stock(of: 1) == 2)
            }
        }

        @Test func comesBackWithTheCatalog() async throws {
            try await withStore { store in
                #expect(try await store.buy(1) == "Success")
                try store.kill(.catalog)
                for target in ["/search?topic=a", "/lookup/1"] {
                    let reply = try await timed { try await store.get(target) }
                    expectProblem(reply, 503, mentions: "catalog")
                    #expect(reply.headers["retry-after"] == "1")
                }
                let buying = try await timed {
                    try await store.post("/buy/1", headers: ["Idempotency-Key": "k"])
                }
                expectProblem(buying, 503)
                #expect(buying.headers["retry-after"] == "1")
                // Bad requests are still refused as such, without a tier behind.
                expectProblem(try await store.get("/lookup/x"), 400)
                try await store.start([.catalog])
                try await eventually("purchases go on") { (try await store.buy(1, key: "k")) == "Success" }
                #expect(try await store.stock(of: 1) == 1)
            }
        }

        /// The answer from two tiers away, and each log and metric on the way, show what failed, where, and the outcome.
        @Test func reportsAFaultInResponseLogAndMetrics() async throws {
            try await withStore { store in
                #expect(try await store.buy(1) == "Success")
                try store.kill(.catalog)
                let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
                let buying = try await timed {
                    try await store.post(
                        "/buy/1",
                        headers: ["Idempotency-Key": "k", "traceparent": "00-\(trace)-00f067aa0ba902b7-01"])
                }
                expectProblem(buying, 503, mentions: "the catalog server")
                let code = try #require(buying.json["code"] as? String)
                #expect(["unreachable", "connection_lost"].contains(code))
                #expect(buying.json["dependency"] as? String == "catalog")
                #expect(buying.json["outcome"] as? String == (code == "unreachable" ? "none" : "unknown"))
                for tier in [Tier.frontend, .order] {
                    try await eventually("\(tier) logs it") {
                        store.errors(of: tier).split(separator: "\n").contains { line in
                            ["/buy", "503", "trace_id=\(trace)", "code=\(code)", "dependency=catalog"]
                                .allSatisfy { line.contains($0) }
                        }
                    }
                    let page = try await store.get("/metrics", from: tier).body
                    let count = page.components(separatedBy: "http_server_faults_total{code=\"\(code)\"} ")
                        .last?.prefix { $0.isNumber }
                    #expect(count.flatMap { Int($0) }.map { $0 > 0 } == true, "\(tier)")
                }
            }
        }

        @Test func comesBackWithTheOrderServer() async throws {
            try await withStore { store in
                try store.kill(.order)
                let buying = try await timed { try await store.post("/buy/1") }
                expectProblem(buying, 503, mentions: "order")
                #expect(buying.headers["retry-after"] == "1")
                // Searches and lookups do not need it.
                #expect(try await store.get("/search?topic=a").status == 200)
                #expect(try await store.stock(of: 1) == 3)
                try await store.start([.order])
                try await eventually("purchases go on") { (try await store.buy(1)) == "Success" }
            }
        }

        /// The frontend and the order server may start before the tiers behind them.
        @Test func startsInAnyOrder() async throws {
            try await withStoppedStore { store in
                for tier in [Tier.frontend, .order] {
                    try store.launch(tier)
                    try await eventually("\(tier) lives") { try await store.status(tier, "/livez") == 200 }
                    #expect(try await store.status(tier, "/readyz") == 503)
                }
                expectProblem(try await store.get("/lookup/1"), 503, mentions: "catalog")
                try await store.start([.catalog])
                #expect(try await store.buy(1) == "Success")
            }
        }

        /// A stopping server answers the requests that it has accepted.
        @Test func answersBeforeItStops() async throws {
            try await withStore(books: "init,1,100000,1,t,Many\n") { store in
                let buyers = Buyers(port: store.port(.frontend))
                async let buying: Void = buyers.run(count: 4, items: [1])
                defer { buyers.stop() }
                try await eventually("they buy") { buyers.tally.soldCount > 50 }
                try await store.stop()
                buyers.stop()
                try await store.start()
                try await buying
                #expect(buyers.tally.strange.isEmpty)
                #expect(try await store.stock(of: 1) == 100_000 - buyers.tally.soldCount)
                #expect(store.log("order_log").count == buyers.tally.soldCount)
            }
        }
    }
}
