import Foundation
import Model
import TestSupport
import Testing

extension RealProcesses {
    /// Many concurrent buyers through the frontend.
    @Suite struct ConcurrencyTests {
        @Test(arguments: [1, 4, 64]) func sellsExactlyTheLastUnits(buyerCount: Int) async throws {
            let stock = 3
            try await withStore(books: "init,1,\(stock),1,t,Last\ninit,2,0,1,t,Gone\n") { store in
                let buyers = Buyers(port: store.port(.frontend))
                // A single buyer needs several turns to buy all copies.
                for round in 1...(buyerCount < stock ? stock + 1 : 1) {
                    try await buyers.race(count: buyerCount, item: 1) { "r\(round)-b\($0)" }
                }
                let requestCount = buyerCount < stock ? (stock + 1) * buyerCount : buyerCount
                let tally = buyers.tally
                #expect(tally.strange.isEmpty)
                #expect(tally.soldCount == stock)
                #expect(tally.failedCount == requestCount - stock)
                #expect(try await store.stock(of: 1) == 0)
                #expect(store.log("order_log") == Array(repeating: "bought book 1", count: stock))
                #expect(store.log("catalog_log").filter { $0 == "update,1,na,-1" }.count == stock)
                #expect(try await store.buy(2) == "Failed")
            }
        }

        @Test func sellsOnceForSimultaneousDuplicates() async throws {
            try await withStore(books: "init,1,100,1,t,Many\n") { store in
                for key in 1...5 {
                    let buyers = Buyers(port: store.port(.frontend))
                    try await buyers.race(count: 32, item: 1) { _ in "duplicate-\(key)" }
                    #expect(buyers.tally.strange.isEmpty)
                    #expect(buyers.tally.soldCount == 32)
                    #expect(try await store.stock(of: 1) == 100 - key)
                    #expect(store.log("order_log").count == key)
                }
            }
        }

        /// A lookup that starts after the answer to a change sees it.
        @Test func readsWhatWasAnswered() async throws {
            try await withStore(books: "init,1,1000,1,t,Many\n") { store in
                for turn in 1...30 {
                    #expect(try await store.buy(1) == "Success")
                    #expect(try await store.stock(of: 1) == 1_000 - turn)
                    _ = try await store.post("/update?item_number=1&cost=\(turn).25", to: .catalog)
                    #expect(try await store.book(1)["cost"] as? String == "\(turn).25")
                }
            }
        }
    }
}
