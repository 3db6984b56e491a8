import Foundation
import Model
import TestSupport
import Testing

extension RealProcesses {
    /// Requests of a storefront and a storekeeper to the frontend, through all tiers.
    @Suite struct KeepingWireTests {
        private func post(
            _ target: String, _ body: String, _ store: Store, headers: [String: String] = [:]
        ) async throws -> RawReply {
            let all = headers.merging(["Content-Type": "application/json"]) { own, _ in own }
            return try await store.send("POST", target, to: .frontend, headers: all, body: body)
        }

        private func list(_ reply: RawReply) throws -> [[String: Any]] {
            try #require(reply.json["result"] as? [[String: Any]], "\(reply.status) \(reply.body)")
        }

        private func result(_ reply: RawReply) throws -> [String: Any] {
            try #require(reply.json["result"] as? [String: Any], "\(reply.status) \(reply.body)")
        }

        @Test func customersFindAndReadTheirReceipts() async throws {
            try await withStore { store in
                expectJSON(
                    try await store.get("/find?q=xen+GRAD"),
                    """
                    {"result":[{"item_number":"3","title":"Xen and the Art of Surviving Graduate School",\
                    "type":"graduate school","cost":"5","stock":3}],"next":null,"count":1}
                    """)
                let page = try await store.get("/find?limit=2")
                #expect(try list(page).count == 2 && page.json["next"] as? String == "2")
                #expect(
                    try list(try await store.get("/find?limit=2&after=2")).map {
                        $0["item_number"] as? String
                    } == ["3", "4"])
                #expect(try list(try await store.get("/find?topic=graduate+school&q=cook")).count == 1)
                expectJSON(
                    try await store.get("/topics?limit=1"),
                    #"{"result":[{"topic":"distributed systems","books":2}],"next":"distributed systems"}"#)
                expectJSON(
                    try await store.get("/topics?after=distributed+systems"),
                    #"{"result":[{"topic":"graduate school","books":2}],"next":null}"#)
                #expect(try await store.buy(2, key: "my-key") == "Success")
                let receipt = try result(
                    try await store.get("/receipt", headers: ["Idempotency-Key": "my-key"]))
                #expect(
                    receipt["outcome"] as? String == "Success"
                        && receipt["title"] as? String == "RPCs for Dummies")
                #expect(
                    receipt["cost"] as? String == "20" && receipt["type"] as? String == "distributed systems")
                expectProblem(try await store.get("/receipt", headers: ["Idempotency-Key": "other"]), 404)
            }
        }

        private static let badParameters = [
            ("/find?q=\(String(repeating: "x", count: 201))", "q is longer than 200 bytes"),
            ("/find?q=%00", "q holds a control character"), ("/find?limit=0", "limit is not"),
            ("/find?limit=101", "limit is not"), ("/find?limit=1x", "limit is not"),
            ("/find?after=x", "after is not"),
            ("/find?topic=", "topic is empty"), ("/topics?limit=9999", "limit is not"),
            ("/receipt", "key is missing"),
            ("/books?stock_max=-1", "stock_max is not"),
            ("/books?retired=maybe", "retired is none of false, true, only"),
            ("/book", "item_number is missing"), ("/movements?kind=theft", "kind is none of"),
            ("/movements?item_number=x", "item_number is not"), ("/totals?days=0", "days is not"),
            ("/orders?after=0", "after is not"),
        ]

        @Test func refusesBadParameters() async throws {
            try await withStore { store in
                for (target, words) in Self.badParameters {
                    expectProblem(try await store.get(target), 400, mentions: words)
                }
            }
        }

        @Test func updatesApplyTogetherOnExpectedValues() async throws {
            try await withStore { store in
                let body = """
                    {"actor":"ann","reason":"delivery","updates":[{"item_number":"1","stock":5,"expect_stock":3},\
                    {"item_number":"2","cost":"18.50","expect_cost":"20"}]}
                    """
                for _ in 1...2 {
                    let made = try await post("/updates", body, store, headers: ["Idempotency-Key": "k"])
                    #expect(try list(made).map { $0["stock"] as? Int } == [8, 3])
                }
                #expect(try await store.stock(of: 1) == 8)
                let stale = try await post("/updates", body, store)
                expectProblem(stale, 412, mentions: "its stock is 8, not 3")
                let current = try #require(stale.json["current"] as? [[String: Any]])
                #expect(current.map { $0["cost"] as? String } == ["10", "18.50"])
                let short = try await post(
                    "/updates", #"{"updates":[{"item_number":"2","stock":-9}]}"#, store)
                expectProblem(short, 409, mentions: "only 3 units")
                expectProblem(
                    try await post("/updates", #"{"updates":[{"item_number":"9","stock":1}]}"#, store), 404)
                let other = try await post(
                    "/updates", #"{"updates":[{"item_number":"2","stock":1}]}"#, store,
                    headers: ["Idempotency-Key": "k"])
                expectProblem(other, 422)
                let ledger = try list(try await store.get("/movements?item_number=1"))
                #expect(ledger.count == 1 && ledger[0]["actor"] as? String == "ann")
                #expect(ledger[0]["units"] as? Int == 5 && ledger[0]["stock_after"] as? Int == 8)
                try await store.stop()
                let verify = try await bookstore("verify", in: store.folder)
                #expect(verify.status == 0, "\(verify.output) \(verify.errors)")
            }
        }

        private static let badBodies = [
            ("/updates", "", "not a JSON object"), ("/updates", "[]", "not a JSON object"),
            ("/updates", "{}", "updates is not an array"),
            ("/updates", #"{"updates":[]}"#, "updates is not an array"),
            ("/updates", #"{"updates":[1]}"#, "updates[0] is not an object"),
            ("/updates", #"{"updates":[{"item_number":"1"}]}"#, "nothing to update"),
            ("/updates", #"{"updates":[{"item_number":1,"stock":1}]}"#, "updates[0].item_number"),
            (
                "/updates", #"{"updates":[{"item_number":"1","stock":1.5}]}"#,
                "updates[0].stock is not a whole"
            ),
            (
                "/updates", #"{"updates":[{"item_number":"1","stock":true}]}"#,
                "updates[0].stock is not a whole"
            ),
            (
                "/updates", #"{"updates":[{"item_number":"1","cost":"-1"}]}"#,
                "updates[0].cost is not an amount"
            ),
            (
                "/updates", #"{"updates":[{"item_number":"1","stock":1,"expected_stock":3}]}"#,
                "expected_stock is not known"
            ),
            (
                "/updates", #"{"actor":"a\nb","updates":[{"item_number":"1","stock":1}]}"#,
                "actor holds a control"
            ),
            ("/add", #"{"title":"x","cost":"1"}"#, "topic is missing"),
            ("/add", #"{"title":"","topic":"t","cost":"1"}"#, "title is empty"),
            ("/add", #"{"title":"x","topic":"t","cost":"1","stock":-1}"#, "stock is not"),
            ("/retire", "{}", "item_number"),
        ]

        @Test func refusesBadBodies() async throws {
            try await withStore { store in
                for (target, body, words) in Self.badBodies {
                    expectProblem(try await post(target, body, store), 400, mentions: words)
                }
                #expect(try await store.stock(of: 1) == 3)
            }
        }

        @Test func ledgerBalancesAfterAddingAndRetiring() async throws {
            try await withStore { store in
                let added = try result(
                    try await post(
                        "/add", #"{"title":"A, B","topic":"x, y","cost":"7.5","stock":2,"actor":"ann"}"#,
                        store))
                #expect(added["item_number"] as? String == "5" && added["cost"] as? String == "7.50")
                #expect(try list(try await store.get("/find?q=%22a,+b%22")).count == 1)
                #expect(try await store.buy(5, key: "k") == "Success")
                expectProblem(
                    try await post("/add", #"{"title":"C","topic":"t","cost":"1","item_number":"5"}"#, store),
                    409)
                let retired = try result(
                    try await post("/retire", #"{"item_number":"5","reason":"old"}"#, store))
                #expect(retired["retired"] as? Bool == true && retired["sold"] as? Int == 1)
                for target in ["/lookup/5", "/buy/5"] { expectProblem(try await store.get(target), 404) }
                expectJSON(try await store.get("/search?topic=x,+y"), #"{"result":[]}"#)
                #expect(try list(try await store.get("/find?q=%22a,+b%22")).isEmpty)
                expectProblem(try await post("/retire", #"{"item_number":"5"}"#, store), 409)
                #expect(try await store.buy(5, key: "k") == "Success")
                let receipt = try result(try await store.get("/receipt", headers: ["Idempotency-Key": "k"]))
                #expect(receipt["title"] as? String == "A, B" && receipt["cost"] as? String == "7.50")
                let out = try await store.get("/books?retired=only")
                #expect(try list(out).count == 1 && out.json["count"] == nil)
                #expect(try list(try await store.get("/books?stock_max=2")).isEmpty)
                #expect(try list(try await store.get("/movements?kind=sale")).count == 1)
                let totals = try list(try await store.get("/totals"))
                #expect(totals.count == 1 && totals[0]["revenue"] as? String == "7.50")
                let orders = try list(try await store.get("/orders"))
                #expect(orders.count == 1 && orders[0]["key"] as? String == "k")
                let tiers = try list(try await store.get("/tiers"))
                #expect(tiers.map { $0["tier"] as? String } == ["catalog", "order"])
                #expect(tiers.allSatisfy { $0["ready"] as? Bool == true })
                #expect(tiers.first?["server"] as? String == "127.0.0.1:\(store.port(.catalog))")
                try store.kill(.catalog)
                let down = try list(try await store.get("/tiers"))
                #expect(down.first?["ready"] as? Bool == false)
                try await store.start([.catalog])
                try await store.stop()
                #expect(
                    store.log("catalog_log").filter {
                        !$0.hasPrefix("query") && !$0.hasPrefix("init,1")
                            && !$0.hasPrefix("init,2") && !$0.hasPrefix("init,3") && !$0.hasPrefix("init,4")
                    } == [
                        "init,5,2,7.50,\"x, y\",A, B", "update,5,na,-1", "retire,5",
                    ])
                try await checkRebuilt(store)
            }
        }

        /// The log alone restores every book, including added and retired ones.
        private func checkRebuilt(_ store: Store) async throws {
            let verify = try await bookstore("verify", in: store.folder)
            #expect(verify.status == 0, "\(verify.output) \(verify.errors)")
            for suffix in ["", "-wal", "-shm"] {
                try? FileManager.default.removeItem(atPath: store.path("data/catalog.sqlite" + suffix))
            }
            let recover = try await bookstore("recover", in: store.folder)
            #expect(recover.status == 0, "\(recover.output) \(recover.errors)")
            try await store.start()
            #expect(try await store.stock(of: 1) == 3)
            let book = try result(try await store.get("/book?item_number=5"))
            #expect(
                book["retired"] as? Bool == true && book["stock"] as? Int == 1 && book["sold"] as? Int == 1)
            #expect(try await store.buy(5, key: "k") == "Success")
            try await store.stop()
            let again = try await bookstore("verify", in: store.folder)
            #expect(again.status == 0, "\(again.output) \(again.errors)")
        }

        @Test func importsAWholeFileOrNothing() async throws {
            try await withStore { store in
                func load(_ text: String, _ query: String = "") async throws -> RawReply {
                    try await store.send(
                        "POST", "/import" + query, to: .catalog, headers: ["Content-Type": "text/plain"],
                        body: text)
                }
                let bad = try await load(
                    "init,7,1,1,t,Seven\ninit,x,1,1,t,X\n# a comment\ninit,7,1,1,t,Again\ninit,8,1,1.234,t,Money\n"
                )
                expectProblem(bad, 409, mentions: "3 lines were refused")
                let lines = try #require(bad.json["lines"] as? [[String: Any]])
                #expect(lines.map { $0["line"] as? Int } == [2, 4, 5] && bad.json["line_count"] as? Int == 3)
                expectProblem(try await load("init,7,1,1,t,Seven\ninit,2,1,1,t,Two\n"), 409)
                expectProblem(try await load("init,7,1,1,t,Seven\ninit,2,1,1,t,Two\n", "?dry_run=true"), 409)
                expectJSON(
                    try await load("init,7,1,1,t,Seven\n", "?dry_run=true"), #"{"result":{"books":1}}"#)
                expectProblem(try await store.get("/lookup/7"), 404)
                let large = (100...3_000).map { "init,\($0),1,1,topic \($0 % 7),A book numbered \($0)\n" }
                    .joined()
                #expect(large.utf8.count > 64 * 1024)
                expectJSON(try await load(large, "?actor=ann"), #"{"result":{"books":2901}}"#)
                expectJSON(
                    try await store.get("/importing", from: .catalog),
                    #"{"result":{"read":0,"written":0}}"#)
                #expect(try await store.buy(3_000) == "Success")
                #expect(try list(try await store.get("/find?q=numbered+2999")).count == 1)
                expectProblem(try await load(""), 400)
                // The frontend forwards smaller files.
                let relayed = try await store.send(
                    "POST", "/import?actor=bob", to: .frontend, headers: ["Content-Type": "text/plain"],
                    body: "init,4001,1,1,t,Relayed\n" + String(repeating: "# a comment\n", count: 10_000))
                expectJSON(relayed, #"{"result":{"books":1}}"#)
                #expect(try await store.stock(of: 4_001) == 1)
                try await store.stop()
                let verify = try await bookstore("verify", in: store.folder)
                #expect(verify.status == 0, "\(verify.output) \(verify.errors)")
            }
        }

        @Test func anUpdateTakesActorReasonAndExpectation() async throws {
            try await withStore { store in
                let noted = "/update?item_number=1&stock=-1&actor=ann&reason=stolen&expect_stock=3"
                expectJSON(
                    try await store.post(noted, to: .catalog, headers: ["Idempotency-Key": "k"]), successBody)
                expectJSON(
                    try await store.post(noted, to: .catalog, headers: ["Idempotency-Key": "k"]), successBody)
                expectProblem(try await store.post(noted, to: .catalog), 412)
                expectJSON(
                    try await store.post("/update?item_number=1&stock=-9&reason=all", to: .catalog),
                    failedBody)
                #expect(try await store.stock(of: 1) == 2)
                // It removed a copy and sold none.
                let book = try result(try await store.get("/book?item_number=1"))
                #expect(book["sold"] as? Int == 0)
                #expect(try list(try await store.get("/movements"))[0]["reason"] as? String == "stolen")
            }
        }

        @Test func listsAndChangesNeedAConfiguredToken() async throws {
            try await withStoppedStore { store in
                let token = "a-token-for-these-tests"
                try store.write(token, to: "token")
                for tier in Tier.allCases { store.add(["--token-file", "token"], to: tier) }
                try await store.start()
                for target in ["/books", "/book?item_number=1", "/movements", "/totals", "/orders", "/tiers"]
                {
                    expectProblem(try await store.get(target), 401)
                    let shown = try await store.get(target, headers: ["Authorization": "Bearer " + token])
                    #expect(shown.status == 200, "\(target): \(shown.body)")
                }
                for target in ["/updates", "/add", "/edit", "/retire", "/restore"] {
                    expectProblem(try await post(target, "{}", store), 401)
                    let shown = try await post(
                        target, "{}", store, headers: ["Authorization": "Bearer " + token])
                    expectProblem(shown, 400)
                }
                for target in ["/find?q=xen", "/details?item_number=1", "/topics"] {
                    #expect(try await store.get(target).status == 200)
                }
                expectProblem(try await store.get("/receipt", headers: ["Idempotency-Key": "k"]), 404)
            }
        }
    }
}
