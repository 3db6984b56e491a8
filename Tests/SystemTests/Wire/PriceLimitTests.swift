import Foundation
import Model
import TestSupport
import Testing

extension RealProcesses {
    /// Purchases with a price limit, through all tiers.
    @Suite struct PriceLimitTests {
        private func reprice(_ item: Int, _ price: String, _ store: Store) async throws {
            let target = "/update?item_number=\(item)&cost=\(price)"
            expectJSON(try await store.post(target, to: .catalog), successBody)
        }

        @Test(arguments: [Tier.frontend, .order]) func sellsForNoMoreThanTheLimit(tier: Tier) async throws {
            try await withStore { store in
                func buy(_ target: String, _ key: String, method: String = "POST") async throws -> RawReply {
                    try await store.send(method, target, to: tier, headers: ["Idempotency-Key": key])
                }
                expectJSON(try await buy("/buy?item_number=1&cost_max=10", "a"), successBody)
                try await reprice(1, "99.99", store)
                let refused = try await buy("/buy?item_number=1&cost_max=10", "b")
                expectProblem(refused, 412, mentions: "book 1 costs 99.99 now, more than the 10 of cost_max")
                #expect(refused.json["cost"] as? String == "99.99")
                expectProblem(try await buy("/buy/1?cost_max=99.98", "b", method: "GET"), 412)
                #expect(try await store.stock(of: 1) == 2)
                // A key that has sold repeats its answer with any limit; a refused one may be used again.
                expectJSON(try await buy("/buy?cost_max=0&item_number=1", "a"), successBody)
                expectJSON(try await buy("/buy/1?cost_max=99.99", "b"), successBody)
                try await reprice(1, "7.50", store)
                expectJSON(try await buy("/buy?item_number=1&c%6Fst_max=8", "c"), successBody)
                expectJSON(try await buy("/buy?item_number=1&cost_max=1", "d"), failedBody)
                let receipt = try await store.get("/receipt", headers: ["Idempotency-Key": "c"])
                #expect((receipt.json["result"] as? [String: Any])?["cost"] as? String == "7.50")
                for odd in ["", "x", "-1", "1.234", "na", "10&cost_max=11"] {
                    expectProblem(
                        try await buy("/buy?item_number=2&cost_max=" + odd, "e"), 400, mentions: "cost_max")
                }
                #expect(try await store.stock(of: 2) == 3)
                #expect(store.log("order_log") == Array(repeating: "bought book 1", count: 3))
                try await store.stop()
                let verify = try await bookstore("verify", in: store.folder)
                #expect(verify.status == 0, "\(verify.output) \(verify.errors)")
            }
        }

        @Test func anUpdateTakesALimitToo() async throws {
            try await withStore { store in
                for extra in ["", "&actor=ann", "&expect_stock=3", "&c%6fst_max=", "&cos%74_max="] {
                    let limit = extra.hasSuffix("=") ? extra + "9" : "&cost_max=9" + extra
                    expectProblem(
                        try await store.post("/update?item_number=1&stock=-1" + limit, to: .catalog), 412,
                        mentions: "more than")
                }
                #expect(try await store.stock(of: 1) == 3)
                expectJSON(
                    try await store.post(
                        "/update?cost_max=10&item_number=1&stock=-1&actor=ann", to: .catalog), successBody)
                #expect(try await store.stock(of: 1) == 2)
            }
        }

        /// The price is checked in the transaction that sells, not before it.
        @Test func neverSellsAboveTheLimit() async throws {
            try await withStore(books: "init,1,100000,10,a topic,A Book\n") { store in
                let port = store.port(.frontend)
                let catalog = store.port(.catalog)
                let statuses = try await withThrowingTaskGroup(of: [Int].self) { group in
                    group.addTask {
                        try await onThread {
                            for turn in 0..<300 {
                                let price = turn % 2 == 0 ? "99.99" : "10"
                                _ = try request(
                                    "POST", "/update?item_number=1&cost=\(price)", port: catalog)
                            }
                            return []
                        }
                    }
                    for _ in 0..<8 {
                        group.addTask {
                            try await onThread {
                                try (0..<60).map { _ in
                                    try request("POST", "/buy?item_number=1&cost_max=10", port: port).status
                                }
                            }
                        }
                    }
                    return try await group.reduce(into: []) { $0 += $1 }
                }
                #expect(statuses.allSatisfy { $0 == 200 || $0 == 412 })
                #expect(statuses.contains(200) && statuses.contains(412))
                let sales = try await store.get("/movements?kind=sale&limit=1000")
                let rows = try #require(sales.json["result"] as? [[String: Any]])
                #expect(rows.count == statuses.count { $0 == 200 })
                #expect(rows.allSatisfy { $0["cost_after"] as? String == "10" })
            }
        }
    }
}
