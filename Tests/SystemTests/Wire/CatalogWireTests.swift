import Foundation
import Model
import TestSupport
import Testing

extension RealProcesses {
    /// The catalog's part of the contract, without another server.
    @Suite struct CatalogWireTests {
        private func withCatalog(books: String? = nil, _ body: (Store) async throws -> Void) async throws {
            try await withStoppedStore { store in
                if let books {
                    try store.write(books, to: "books")
                    store.add(["--books", "books"], to: .catalog)
                }
                try await store.start([.catalog])
                try await body(store)
            }
        }

        private func lookup(_ item: Int, in store: Store) async throws -> (cost: String?, stock: Int?) {
            let book = try await store.get("/query_by_item?item_number=\(item)", from: .catalog).json[
                "result"]
            let fields = try #require(book as? [String: Any])
            return (fields["cost"] as? String, fields["stock"] as? Int)
        }

        @Test func answersQueries() async throws {
            try await withCatalog { store in
                expectJSON(
                    try await store.get("/query_by_topic?topic=graduate+school", from: .catalog),
                    """
                    {"result":[{"item_number":"3","title":"Xen and the Art of Surviving Graduate School"},\
                    {"item_number":"4","title":"Cooking for the Impatient Graduate Student"}]}
                    """)
                expectJSON(
                    try await store.get("/query_by_topic?topic=caf%C3%A9+%F0%9F%93%9A", from: .catalog),
                    #"{"result":[]}"#)
                expectJSON(
                    try await store.get("/query_by_item?item_number=2", from: .catalog),
                    """
                    {"result":{"item_number":"2","title":"RPCs for Dummies","type":"distributed systems",\
                    "cost":"20","stock":3}}
                    """)
                expectProblem(try await store.get("/query_by_item?item_number=77", from: .catalog), 404)
                expectProblem(try await store.get("/query_by_item", from: .catalog), 400)
                expectProblem(try await store.get("/query_by_topic", from: .catalog), 400)
                // These two take their parameter in the query only.
                expectProblem(try await store.get("/query_by_item/2", from: .catalog), 404)
                expectProblem(try await store.get("/query_by_topic/2", from: .catalog), 404)
            }
        }

        @Test(arguments: ["GET", "POST"]) func updatesStockAndPrice(method: String) async throws {
            try await withCatalog { store in
                func update(_ parameters: String) async throws -> RawReply {
                    try await store.send(method, "/update?item_number=1" + parameters, to: .catalog)
                }
                expectJSON(try await update("&cost=na&stock=5"), successBody)
                #expect(try await lookup(1, in: store) == ("10", 8))
                expectJSON(try await update("&stock=-8"), successBody)
                #expect(try await lookup(1, in: store) == ("10", 0))
                expectJSON(try await update("&cost=12&stock=na"), successBody)
                expectJSON(try await update("&cost=10.5"), successBody)
                #expect(try await lookup(1, in: store) == ("10.50", 0))
                // Both change or neither: the refused stock also keeps the price.
                expectJSON(try await update("&cost=99&stock=-1"), failedBody)
                #expect(try await lookup(1, in: store) == ("10.50", 0))
                expectJSON(try await update("&cost=99.99&stock=2"), successBody)
                #expect(try await lookup(1, in: store) == ("99.99", 2))
                expectJSON(try await update("&stock=-3"), failedBody)
                expectJSON(try await update("&stock=0"), successBody)
                #expect(try await lookup(1, in: store) == ("99.99", 2))
            }
        }

        @Test func writesPricesInOneForm() async throws {
            try await withCatalog { store in
                for (given, shown) in [
                    ("10", "10"), ("10.5", "10.50"), ("10.50", "10.50"), ("10.00", "10"), ("10.0", "10"),
                    ("0", "0"), ("0.01", "0.01"), ("007", "7"), ("0.1", "0.10"),
                    ("9999999999.99", "9999999999.99"),
                ] {
                    expectJSON(
                        try await store.post("/update?item_number=1&cost=\(given)", to: .catalog), successBody
                    )
                    #expect(try await lookup(1, in: store).cost == shown, "\(given)")
                }
            }
        }

        @Test func refusesBadUpdates() async throws {
            try await withCatalog { store in
                for parameters in ["", "&cost=na", "&stock=na", "&cost=na&stock=na"] {
                    let reply = try await store.post("/update?item_number=1" + parameters, to: .catalog)
                    expectProblem(reply, 400, mentions: "na")
                }
                for cost in [
                    "", "-1", "1.234", "1e3", "1,5", ".5", "5.", "%2B5", "NA", "NaN", "10000000000", "%D9%A1",
                ] {
                    let reply = try await store.post(
                        "/update?item_number=1&cost=\(cost)&stock=1", to: .catalog)
                    expectProblem(reply, 400, mentions: "cost")
                }
                for stock in [
                    "", "1.5", "x", "%2B5", "--1", "1000000001", "-1000000001", "99999999999999999999",
                ] {
                    let reply = try await store.post(
                        "/update?item_number=1&cost=9&stock=\(stock)", to: .catalog)
                    expectProblem(reply, 400, mentions: "stock")
                }
                expectProblem(
                    try await store.post("/update?cost=1&stock=1", to: .catalog), 400, mentions: "item_number"
                )
                expectProblem(try await store.post("/update?item_number=9&stock=1", to: .catalog), 404)
                expectProblem(
                    try await store.post("/update?item_number=1&stock=1&stock=1", to: .catalog), 400,
                    mentions: "twice")
                #expect(try await lookup(1, in: store) == ("10", 3))
                let logged = defaultInitLines + ["query_by_item,1"]
                #expect(try await store.log("catalog_log", becomes: logged) == logged)
            }
        }

        /// The stock has a maximum, and a restock beyond it must not wrap or crash.
        @Test func boundsTheStock() async throws {
            try await withCatalog(books: "init,1,1000000000000,1,t,Many\n") { store in
                let reply = try await store.post("/update?item_number=1&stock=1", to: .catalog)
                #expect(reply.status == 400 || reply.body == failedBody, "\(reply.status) \(reply.body)")
                #expect(try await lookup(1, in: store).stock == 1_000_000_000_000)
                expectJSON(try await store.post("/update?item_number=1&stock=-1", to: .catalog), successBody)
            }
        }

        /// Every change of the stock is stored with its key, so a repetition does not make it again.
        @Test func makesAKeyedUpdateOnce() async throws {
            try await withCatalog { store in
                func update(_ parameters: String, key: String) async throws -> RawReply {
                    let headers = ["Idempotency-Key": key]
                    return try await store.post("/update?" + parameters, to: .catalog, headers: headers)
                }
                for _ in 1...3 {
                    expectJSON(try await update("item_number=1&stock=5", key: "restock"), successBody)
                }
                #expect(try await lookup(1, in: store).stock == 8)
                expectProblem(try await update("item_number=2&stock=5", key: "restock"), 422)
                expectProblem(try await update("item_number=1&stock=6", key: "restock"), 422)
                expectJSON(try await update("item_number=1&stock=-9", key: "too-many"), failedBody)
                expectJSON(try await store.post("/update?item_number=1&stock=1", to: .catalog), successBody)
                // There is enough stock at this point, but the first answer is repeated.
                expectJSON(try await update("item_number=1&stock=-9", key: "too-many"), failedBody)
                #expect(try await lookup(1, in: store).stock == 9)
            }
        }
    }
}
