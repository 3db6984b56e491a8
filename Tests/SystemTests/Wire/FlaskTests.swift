import Foundation
import Model
import TestSupport
import Testing

extension RealProcesses {
    /// Each of our tiers with the original's, the Flask programs of Tests/Flask: we follow the contract, not
    /// only our own dialect of it.
    @Suite(
        .enabled(
            if: FileManager.default.isExecutableFile(atPath: Program.flaskPython),
            "needs Flask in .build/flask-venv: run scripts/setup.sh --test"))
    struct FlaskTests {
        /// Which tiers are the original's.
        static let mixtures: [[Tier]] = [[.catalog], [.order], [.frontend], [.catalog, .order]]

        private func withMixture(_ theirs: [Tier], _ body: (Store) async throws -> Void) async throws {
            try await withStoppedStore { store in
                for tier in [Tier.catalog, .order, .frontend] {
                    if theirs.contains(tier) {
                        let program = "\(Program.folder)/Tests/Flask/\(tier.rawValue).py"
                        try store.launch(tier, program: Program.flaskPython, [program])
                    } else {
                        try store.launch(tier)
                    }
                }
                // A Flask tier is ready when it answers at all, ours when it reaches the tiers behind it.
                for tier in Tier.allCases {
                    if theirs.contains(tier) {
                        try await eventually("\(tier) answers") {
                            try await store.status(tier, "/livez") != 0
                        }
                    } else {
                        try await store.waitUntilReady(tier)
                    }
                }
                try await body(store)
            }
        }

        @Test(arguments: mixtures) func searchesAndLooksUp(theirs: [Tier]) async throws {
            try await withMixture(theirs) { store in
                for target in ["/search?topic=graduate+school", "/search/graduate%20school"] {
                    let rows = try await store.get(target).json["result"] as? [[String: String]]
                    #expect(rows?.map { $0["item_number"] } == ["3", "4"])
                    #expect(rows?.first?["title"] == "Xen and the Art of Surviving Graduate School")
                }
                let none = try await store.get("/search?topic=caf%C3%A9+%F0%9F%93%9A")
                #expect(none.status == 200 && (none.json["result"] as? [Any])?.isEmpty == true)
                for target in ["/lookup?item_number=2", "/lookup/2"] {
                    let book = try #require(try await store.get(target).json["result"] as? [String: Any])
                    #expect(book["item_number"] as? String == "2")
                    #expect(book["title"] as? String == "RPCs for Dummies")
                    #expect(book["type"] as? String == "distributed systems")
                    #expect(book["cost"] as? String == "20")
                    #expect(book["stock"] as? Int == 3)
                }
                #expect(try await store.get("/lookup/99").status == 404)
                // The original's order server also answers 404, with a Flask page that ours must accept.
                #expect(try await store.post("/buy/99").status == 404)
                #expect(store.log("catalog_log").contains("init,2,3,20,distributed systems,RPCs for Dummies"))
            }
        }

        @Test(arguments: mixtures) func sellsUntilSoldOut(theirs: [Tier]) async throws {
            try await withMixture(theirs) { store in
                for (turn, expected) in ["Success", "Success", "Success", "Failed", "Failed"].enumerated() {
                    let reply =
                        turn % 2 == 0
                        ? try await store.post("/buy/1") : try await store.get("/buy?item_number=1")
                    #expect(reply.status == 200)
                    #expect(reply.json["result"] as? String == expected)
                }
                #expect(try await store.stock(of: 1) == 0)
                #expect(store.log("order_log") == Array(repeating: "bought book 1", count: 3))
                #expect(store.log("catalog_log").filter { $0 == "update,1,na,-1" }.count == 3)
            }
        }

        @Test(arguments: mixtures) func sellsTheLastUnitsToManyBuyers(theirs: [Tier]) async throws {
            try await withMixture(theirs) { store in
                for item in 2...4 {
                    let buyers = Buyers(port: store.port(.frontend))
                    try await buyers.race(count: 12, item: item) { "race-\(item)-\($0)" }
                    let tally = buyers.tally
                    #expect(tally.strange.isEmpty)
                    #expect(tally.soldCount == 3 && tally.failedCount == 9, "book \(item)")
                    #expect(try await store.stock(of: item) == 0)
                }
                #expect(store.log("order_log").count == 9)
            }
        }

        /// Where the frontend and the order server are ours, a key works although the catalog keeps none.
        @Test func keysWorkWithAPlainCatalog() async throws {
            try await withMixture([.catalog]) { store in
                for _ in 1...3 { #expect(try await store.buy(1, key: "once") == "Success") }
                let buyers = Buyers(port: store.port(.frontend))
                try await buyers.race(count: 16, item: 2) { _ in "together" }
                #expect(buyers.tally.soldCount == 16 && buyers.tally.strange.isEmpty)
                #expect(try await store.stock(of: 1) == 2)
                #expect(try await store.stock(of: 2) == 2)
                expectProblem(try await store.post("/buy/3", headers: ["Idempotency-Key": "once"]), 422)
                #expect(store.log("order_log") == ["bought book 1", "bought book 2"])
            }
        }

        /// The Flask tiers have no price limit, so ours check it before they call them.
        @Test(arguments: [Tier.catalog, .order]) func aPriceLimitHoldsWithFlask(tier: Tier) async throws {
            try await withMixture([tier]) { store in
                let dear = try await store.post("/buy?item_number=2&cost_max=19.99")
                expectProblem(dear, 412, mentions: "book 2 costs 20 now")
                #expect(dear.json["cost"] as? String == "20")
                #expect(try await store.stock(of: 2) == 3)
                expectJSON(try await store.post("/buy?item_number=2&cost_max=20"), successBody)
                #expect(try await store.stock(of: 2) == 2)
                expectProblem(try await store.post("/buy?item_number=99&cost_max=20"), 404)
            }
        }

        @Test(arguments: mixtures) func passesTheAcceptanceTests(theirs: [Tier]) async throws {
            try await withMixture(theirs) { store in
                let run = try await bookstore(
                    "acceptance", "--frontend", store.frontend, "--logs", "output", "--output", "graded",
                    in: store.folder)
                #expect(run.status == 0, "\(run.output)\n\(run.errors)")
            }
        }

        /// A Flask tier that stops and returns, in front of or behind ours.
        @Test(arguments: [Tier.catalog, .order]) func survivesTheLossOfAFlaskTier(tier: Tier) async throws {
            try await withMixture([tier]) { store in
                try store.kill(tier)
                let target = tier == .catalog ? "/lookup/1" : "/buy/1"
                expectProblem(try await store.get(target), 503, mentions: tier.rawValue)
                try store.launch(
                    tier, program: Program.flaskPython, ["\(Program.folder)/Tests/Flask/\(tier.rawValue).py"]
                )
                try await eventually("service resumes") { try await store.status(.frontend, target) == 200 }
            }
        }
    }
}

extension Program {
    /// The Python of the Flask twins.
    static let flaskPython = folder + "/.build/flask-venv/bin/python"
}
