import Foundation
import Model
import TestSupport
import Testing

extension RealProcesses {
    /// Ordinary restarts forget nothing.
    @Suite struct RestartTests {
        @Test func continuesFromStoredState() async throws {
            try await withStore(books: "init,1,5,10,t,First\n") { store in
                #expect(try await store.buy(1, key: "before") == "Success")
                expectJSON(
                    try await store.post("/update?item_number=1&cost=12.5&stock=2", to: .catalog), successBody
                )
                try await store.stop()
                // The file's books are not loaded again: it may have changed or be missing.
                try store.write("init,1,99,1,t,Other\n", to: "books")
                try await store.start()
                expectJSON(
                    try await store.get("/lookup/1"),
                    #"{"result":{"item_number":"1","title":"First","type":"t","cost":"12.50","stock":6}}"#)
                try FileManager.default.removeItem(atPath: store.path("books"))
                try await store.stop()
                try await store.start()
                #expect(try await store.stock(of: 1) == 6)
                #expect(try await store.buy(1, key: "before") == "Success")
                #expect(try await store.stock(of: 1) == 6)
                #expect(try await store.buy(1, key: "after") == "Success")
                #expect(try await store.stock(of: 1) == 5)
                expectProblem(try await store.post("/buy/2", headers: ["Idempotency-Key": "x"]), 404)
                #expect(store.log("order_log") == ["bought book 1", "bought book 1"])
                let updates = store.log("catalog_log").filter { !$0.hasPrefix("query") }
                #expect(
                    updates == [
                        "init,1,5,10,t,First", "update,1,na,-1", "update,1,12.50,2", "update,1,na,-1",
                    ])
            }
        }

        @Test(arguments: [false, true]) func keepsTheFirstAnswerOfAKey(crash: Bool) async throws {
            try await withStore(books: "init,1,1,1,t,Last\ninit,2,9,1,t,Other\n") { store in
                #expect(try await store.buy(1, key: "winner") == "Success")
                #expect(try await store.buy(1, key: "loser") == "Failed")
                expectJSON(try await store.post("/update?item_number=1&stock=4", to: .catalog), successBody)
                if crash {
                    for tier in Tier.allCases { try store.kill(tier) }
                } else {
                    try await store.stop()
                }
                try await store.start()
                #expect(try await store.buy(1, key: "winner") == "Success")
                #expect(try await store.buy(1, key: "loser") == "Failed")
                expectProblem(try await store.post("/buy/2", headers: ["Idempotency-Key": "winner"]), 422)
                expectProblem(try await store.post("/buy/2", headers: ["Idempotency-Key": "loser"]), 422)
                #expect(try await store.stock(of: 1) == 4)
                #expect(store.log("order_log") == ["bought book 1"])
            }
        }

        /// An order server without its database gets the sales from the catalog's ledger.
        @Test func completesOrdersFromTheLedger() async throws {
            try await withStore { store in
                for item in [1, 2, 2, 3] {
                    #expect(try await store.buy(item, key: "k-\(item)-\(UUID())") == "Success")
                }
                try await store.stop([.order])
                for name in try FileManager.default.contentsOfDirectory(atPath: store.path("data"))
                where name.hasPrefix("order.sqlite") {
                    try FileManager.default.removeItem(atPath: store.path("data/" + name))
                }
                try FileManager.default.removeItem(atPath: store.path("output/order_log"))
                try await store.start([.order])
                let expected = [1, 2, 2, 3].map { "bought book \($0)" }
                #expect(try await store.log("order_log", becomes: expected) == expected)
            }
        }
    }
}
