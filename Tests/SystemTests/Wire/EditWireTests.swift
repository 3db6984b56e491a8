import Foundation
import Model
import TestSupport
import Testing

extension RealProcesses {
    /// What is known of books, edits and restores, through all tiers on both databases.
    @Suite struct EditWireTests {
        /// Runs `body` with a store in the wanted database, whose books balance at the end.
        private func withStore(_ body: (Store) async throws -> Void) async throws {
            var place: [String] = []
            if StoreKind.current == .postgresql {
                let server = try PostgresServer.shared
                place = ["--store", server.url(try server.newDatabase())]
            }
            try await SystemTests.withStore(options: [.catalog: place, .order: place]) { store in
                try await body(store)
                try await store.stop()
                let verify = try await run(Program.bookstore, ["verify"] + place, in: store.folder)
                #expect(verify.status == 0, "\(verify.output) \(verify.errors)")
            }
        }

        private func post(
            _ target: String, _ body: String, _ store: Store, key: String? = nil
        ) async throws -> RawReply {
            var headers = ["Content-Type": "application/json"]
            headers["Idempotency-Key"] = key
            return try await store.send("POST", target, to: .frontend, headers: headers, body: body)
        }

        private func list(_ reply: RawReply) throws -> [[String: Any]] {
            try #require(reply.json["result"] as? [[String: Any]], "\(reply.status) \(reply.body)")
        }

        private static let facts = """
            "isbn":"9780306406157","authors":["Ann Author","B. Writer"],"publisher":"P & Sons",\
            "published":"1999-12","language":"en-GB","description":"<b>One</b>\\nTwo"
            """

        @Test(.onEachStore) func anEditShowsInEveryAnswerBesideTheContracts() async throws {
            try await withStore { store in
                let body = """
                    {"item_number":"1","title":"A \\"new\\" title","isbn":"0-306-40615-2",\
                    "authors":["Ann Author"," B. Writer "],"publisher":"P & Sons","published":"1999-12",\
                    "language":"en-GB","description":"<b>One</b>\\r\\nTwo","actor":"ann","reason":"misprint"}
                    """
                let fields = """
                    "item_number":"1","title":"A \\"new\\" title","type":"distributed systems","cost":"10","stock":3
                    """
                let full = "{\(fields),\"sold\":0,\"retired\":false,\"version\":1,\(Self.facts)}"
                for _ in 1...2 {
                    expectJSON(try await post("/edit", body, store, key: "k"), "{\"result\":\(full)}")
                }
                expectProblem(
                    try await post("/edit", #"{"item_number":"1","title":"Other"}"#, store, key: "k"), 422)
                // Nothing is left to change.
                expectJSON(try await post("/edit", body, store), "{\"result\":\(full)}")
                expectJSON(try await store.get("/book?item_number=1"), "{\"result\":\(full)}")
                expectJSON(
                    try await store.get("/books?limit=1"), "{\"result\":[\(full)],\"next\":\"1\",\"count\":4}"
                )
                expectJSON(
                    try await store.get("/details?item_number=1"), "{\"result\":{\(fields),\(Self.facts)}}")
                for query in ["q=new", "topic=distributed+systems&limit=1", "limit=1"] {
                    let found = try list(try await store.get("/find?" + query))
                    #expect(found.count == 1 && found[0]["isbn"] as? String == "9780306406157", "\(query)")
                    #expect(found[0]["authors"] as? [String] == ["Ann Author", "B. Writer"])
                }
                expectJSON(try await store.get("/lookup/1"), "{\"result\":{\(fields)}}")
                expectJSON(
                    try await store.get("/query_by_item?item_number=1", from: .catalog),
                    "{\"result\":{\(fields)}}")
                expectJSON(
                    try await store.get("/search?topic=distributed+systems&limit=1"),
                    #"{"result":[{"item_number":"1","title":"A \"new\" title"}]}"#)
                expectJSON(
                    try await store.get("/details?item_number=2"),
                    #"{"result":{"item_number":"2","title":"RPCs for Dummies","type":"distributed systems","cost":"20","stock":3}}"#
                )
                #expect(store.log("catalog_log").filter { $0.hasPrefix("edit,") }.count == 1)
            }
        }

        @Test(.onEachStore) func theLedgerSaysWhatWasChangedFromWhatToWhat() async throws {
            try await withStore { store in
                _ = try await post(
                    "/edit", #"{"item_number":"3","isbn":"9780306406157","actor":"ann"}"#, store)
                _ = try await post(
                    "/edit",
                    #"{"item_number":"3","isbn":null,"title":"Xen","topic":"t","authors":["A","B"],"reason":"r"}"#,
                    store)
                let movements = try list(try await store.get("/movements?item_number=3&kind=edit"))
                #expect(movements.map { $0["sequence"] as? Int } == [2, 1])
                let changes = try #require(movements[0]["changes"] as? [[String: String]])
                #expect(
                    changes == [
                        [
                            "field": "title", "from": "Xen and the Art of Surviving Graduate School",
                            "to": "Xen",
                        ], ["field": "topic", "from": "graduate school", "to": "t"],
                        ["field": "isbn", "from": "9780306406157"], ["field": "authors", "to": "A; B"],
                    ])
                #expect(movements[0]["reason"] as? String == "r" && movements[0]["units"] as? Int == 0)
                #expect(movements[0]["cost"] is NSNull && movements[0]["stock_after"] as? Int == 3)
                let bare = try await post("/edit", #"{"item_number":"3","authors":[]}"#, store)
                let book = try #require(bare.json["result"] as? [String: Any])
                #expect(book["authors"] == nil && book["title"] as? String == "Xen")
                _ = try await post("/updates", #"{"updates":[{"item_number":"3","stock":1}]}"#, store)
                let other = try list(try await store.get("/movements?kind=update"))
                #expect(other.count == 1 && other[0]["changes"] == nil)
                #expect(try list(try await store.get("/find?topic=t&q=xen")).count == 1)
                #expect(try list(try await store.get("/find?q=surviving")).isEmpty)
            }
        }

        @Test(.onEachStore) func aConflictingEditShowsTheBookAsItIs() async throws {
            try await withStore { store in
                let mine = #"{"item_number":"2","title":"Mine","language":"de","expect_version":0}"#
                _ = try await post("/edit", #"{"item_number":"2","title":"Theirs","language":"en"}"#, store)
                let conflict = try await post("/edit", mine, store)
                expectProblem(conflict, 412, mentions: "its version is 1, not 0")
                #expect(conflict.json["code"] as? String == "changed")
                let current = try #require(conflict.json["current"] as? [[String: Any]])
                #expect(current.map { $0["title"] as? String } == ["Theirs"])
                #expect(current.map { $0["language"] as? String } == ["en"])
                #expect(try await store.book(2)["title"] as? String == "Theirs")
            }
        }

        @Test(.onEachStore) func aRetiredBookComesBack() async throws {
            try await withStore { store in
                _ = try await post("/edit", #"{"item_number":"4","publisher":"P"}"#, store)
                _ = try await post("/retire", #"{"item_number":"4"}"#, store)
                expectProblem(try await store.get("/details?item_number=4"), 404)
                expectProblem(try await store.get("/details?item_number=99"), 404)
                expectProblem(try await post("/restore", #"{"item_number":"99"}"#, store), 404)
                let full =
                    #"{"item_number":"4","title":"Cooking for the Impatient Graduate Student","type":"graduate school","cost":"15","stock":3,"sold":0,"retired":false,"version":3,"publisher":"P"}"#
                for _ in 1...2 {
                    expectJSON(
                        try await post(
                            "/restore", #"{"item_number":"4","actor":"ann","reason":"again"}"#, store,
                            key: "k"),
                        "{\"result\":\(full)}")
                }
                let already = try await post("/restore", #"{"item_number":"4"}"#, store)
                expectProblem(already, 409)
                #expect((already.json["current"] as? [[String: Any]])?.count == 1)
                #expect(try await store.get("/details?item_number=4").status == 200)
                #expect(try await store.buy(4) == "Success")
                let movements = try list(try await store.get("/movements?item_number=4"))
                #expect(
                    movements.map { $0["kind"] as? String } == ["sale", "restore", "retire", "edit"])
                #expect(movements[1]["reason"] as? String == "again")
                #expect(try list(try await store.get("/movements?kind=restore")).count == 1)
            }
        }

        @Test(.onEachStore) func aBookIsAddedWithItsFacts() async throws {
            try await withStore { store in
                let body =
                    "{\"title\":\"T\",\"topic\":\"t\",\"cost\":\"1\",\"item_number\":\"7\",\(Self.facts)}"
                for _ in 1...2 {
                    let added = try await post("/add", body, store, key: "k")
                    #expect(added.status == 200 && added.body.hasSuffix(",\(Self.facts)}}"), "\(added.body)")
                }
                expectProblem(
                    try await post(
                        "/add", #"{"title":"T","topic":"t","cost":"1","item_number":"7"}"#, store, key: "k"),
                    422)
                let movements = try list(try await store.get("/movements?item_number=7"))
                #expect(movements.map { $0["kind"] as? String } == ["edit", "add"])
            }
        }

        /// Sends an image as it is.
        private func send(_ image: [UInt8], _ query: String, _ store: Store, key: String? = nil) async throws
            -> RawReply
        {
            var headers: [String: String] = [:]
            headers["Idempotency-Key"] = key
            let port = store.port(.frontend)
            return try await onThread { [headers] in
                try request("POST", "/cover?" + query, port: port, headers: headers, bytes: image)
            }
        }

        @Test(.onEachStore) func aCoverIsKeptOnceAndServedForEver() async throws {
            try await withStore { store in
                var digests: [String] = []
                for (number, image) in [SampleImage.png, SampleImage.jpeg, SampleImage.webp].enumerated() {
                    for _ in 1...2 {
                        let query = "item_number=\(number + 1)&actor=ann&reason=a%20scan"
                        let given = try await send(image, query, store, key: "k\(number)")
                        let book = try #require(
                            given.json["result"] as? [String: Any], "\(given.status) \(given.body)")
                        #expect(book["version"] as? Int == number + 1)
                        digests.append(try #require(book["cover"] as? String))
                    }
                }
                #expect(Set(digests).count == 3 && digests[0] == Self.digestOfPNG)
                for (digest, type) in zip([digests[0], digests[2], digests[4]], ["png", "jpeg", "webp"]) {
                    for tier in [Tier.frontend, .catalog] {
                        let shown = try await store.get("/cover?digest=" + digest, from: tier)
                        #expect(shown.status == 200 && shown.headers["content-type"] == "image/" + type)
                        #expect(shown.headers["x-content-type-options"] == "nosniff")
                        #expect(
                            shown.headers["cache-control"] == "public, max-age=31536000, immutable")
                    }
                }
                expectProblem(try await send(SampleImage.png, "item_number=1", store, key: "k1"), 422)
                let stale = try await send(SampleImage.jpeg, "item_number=1&expect_version=0", store)
                expectProblem(stale, 412, mentions: "its version is 1, not 0")
                let unknown = String(repeating: "0", count: 64)
                let missing = try await store.get("/cover?digest=" + unknown)
                expectProblem(missing, 404)
                #expect(missing.json["code"] as? String == "unknown_cover")
                #expect(missing.headers["cache-control"] == "no-store")
                let body = "{\"item_number\":\"4\",\"cover\":\"%@\"}"
                expectProblem(
                    try await post("/edit", body.replacing("%@", with: unknown), store), 409,
                    mentions: "has no image")
                #expect(
                    try await post("/edit", body.replacing("%@", with: digests[0]), store).status == 200)
                #expect(try await post("/edit", #"{"item_number":"1","cover":null}"#, store).status == 200)
                #expect(try await store.get("/details?item_number=1").json["result"] is [String: Any])
                #expect(!(try await store.get("/details?item_number=1")).body.contains("cover"))
            }
        }

        private static let digestOfPNG = "b1ff9c8ea3a780bad09b346c423d2d0e46815926879b18e841d928376a946640"

        @Test func refusesWhatIsNoCover() async throws {
            try await withStore { store in
                expectProblem(
                    try await send(Array("<svg/>".utf8), "item_number=1", store), 400,
                    mentions: "no PNG, JPEG or WebP")
                expectProblem(try await send([], "item_number=1", store), 400)
                expectProblem(try await send(SampleImage.png, "item_number=99", store), 404)
                expectProblem(try await send(SampleImage.png, "", store), 400, mentions: "item_number")
                let long = SampleImage.png + [UInt8](repeating: 0, count: 2 << 20)
                expectProblem(try await send(long, "item_number=1", store), 413)
                expectProblem(try await store.get("/cover?digest=x"), 400, mentions: "cover 'x' is not")
                expectProblem(try await store.get("/cover"), 400, mentions: "digest is missing")
                let wrong = try await store.send("PUT", "/cover", to: .frontend)
                expectProblem(wrong, 405)
                #expect(wrong.headers["allow"] == "POST, GET, HEAD")
                #expect(try list(try await store.get("/movements")).isEmpty)
            }
        }

        private static let badBodies = [
            ("/edit", "{}", "item_number is not"),
            ("/edit", #"{"item_number":"1"}"#, "there is nothing to edit"),
            ("/edit", #"{"title":"T"}"#, "item_number is not"),
            ("/edit", #"{"item_number":"1","title":null}"#, "title cannot be removed"),
            ("/edit", #"{"item_number":"1","topic":""}"#, "topic is empty"),
            ("/edit", #"{"item_number":"1","author":"A"}"#, "author is not known"),
            ("/edit", #"{"item_number":"1","cost":"1"}"#, "cost is not known"),
            ("/edit", #"{"item_number":"1","isbn":9780306406157}"#, "isbn is not a string"),
            (
                "/edit", #"{"item_number":"1","isbn":"9780306406158"}"#,
                "isbn '9780306406158' is mistyped: with these digits before it, its last one would be 7"
            ),
            ("/edit", #"{"item_number":"1","isbn":""}"#, "isbn ''"),
            ("/edit", #"{"item_number":"1","authors":"A"}"#, "authors is not an array of strings"),
            ("/edit", #"{"item_number":"1","authors":["A",1]}"#, "authors is not an array of strings"),
            ("/edit", #"{"item_number":"1","authors":[""]}"#, "authors are empty"),
            ("/edit", #"{"item_number":"1","published":"soon"}"#, "published 'soon'"),
            ("/edit", #"{"item_number":"1","language":"english"}"#, "language 'english'"),
            ("/edit", #"{"item_number":"1","description":"a\u0007b"}"#, "description holds a control"),
            ("/edit", #"{"item_number":"1","publisher":"P","expect_version":-1}"#, "expect_version is not"),
            ("/add", #"{"title":"x","topic":"t","cost":"1","isbn":"123"}"#, "isbn '123' has 3 digits"),
            ("/restore", "{}", "item_number is not"),
            ("/restore", #"{"item_number":"1","expect_version":1}"#, "expect_version is not known"),
        ]

        @Test func refusesBadBodies() async throws {
            try await withStore { store in
                for (target, body, words) in Self.badBodies {
                    expectProblem(try await post(target, body, store), 400, mentions: words)
                }
                expectProblem(try await post("/edit", #"{"item_number":"9","title":"T"}"#, store), 404)
                expectProblem(try await store.get("/details"), 400, mentions: "item_number is missing")
                #expect(try list(try await store.get("/movements")).isEmpty)
            }
        }
    }
}
