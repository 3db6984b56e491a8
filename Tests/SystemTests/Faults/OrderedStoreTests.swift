import Foundation
import Model
import TestSupport
import Testing

extension RealProcesses {
    /// Customers' orders through all tiers, whatever is killed or lost.
    @Suite struct OrderedStoreTests {
        private static let lines = [
            "bought book 1", "bought book 3", "bought book 3", "bought book 2", "returned book 3",
            "cancelled book 2",
        ]

        private func order(_ key: String, _ lines: [(Int, Int)], at store: Store) async throws -> RawReply {
            let objects = lines.map { #"{"item_number":"\#($0.0)","copies":\#($0.1)}"# }
            return try await store.send(
                "POST", "/order", to: .frontend, headers: ["Idempotency-Key": key],
                body: #"{"lines":[\#(objects.joined(separator: ","))],"name":"Ann"}"#)
        }

        private func step(_ order: Int, _ state: String, _ more: String = "", at store: Store) async throws {
            let reply = try await store.send(
                "POST", "/state", to: .frontend, body: #"{"order":\#(order),"state":"\#(state)"\#(more)}"#)
            #expect(reply.status == 200, "\(reply.body)")
        }

        private func receipt(_ key: String, at store: Store) async throws -> [String: any Sendable] {
            let reply = try await store.get("/receipt", headers: ["Idempotency-Key": key])
            return try #require(reply.json["result"] as? [String: any Sendable], "\(reply.body)")
        }

        /// Runs `body` with the stopped store, which has orders in several states.
        private func withOrderedStore(
            options: [Tier: [String]] = [:], verify: [String] = [], _ body: (Store) async throws -> Void
        ) async throws {
            try await withStore(options: options) { store in
                let placed = try await order("o", [(3, 2), (1, 1)], at: store)
                #expect(placed.status == 200, "\(placed.body)")
                for tiers in [[Tier.order], [.catalog], [.catalog, .order]] {
                    for tier in tiers { try store.kill(tier) }
                    try await store.start(tiers)
                    let again = try await order("o", [(1, 1), (3, 2)], at: store)
                    #expect(again.status == 200 && again.body == placed.body, "\(again.body)")
                }
                #expect(try await store.stock(of: 3) == 1)
                let short = try await order("q", [(1, 1), (3, 2)], at: store)
                #expect(short.status == 409 && short.body.contains(#""short":["#), "\(short.body)")
                expectProblem(try await order("o", [(1, 1)], at: store), 422)
                #expect(try await order("p", [(2, 1)], at: store).status == 200)
                try await step(1, "ready", at: store)
                try await step(1, "handed_over", at: store)
                try await step(
                    1, "returned", #","lines":[{"item_number":"3","copies":1}]"#, at: store)
                let cancelled = try await store.post("/cancel", headers: ["Idempotency-Key": "p"])
                #expect(cancelled.status == 200, "\(cancelled.body)")
                let log = try await store.log("order_log", becomes: Self.lines)
                #expect(log == Self.lines)
                #expect(try await receipt("o", at: store)["state"] as? String == "handed_over")
                let listed = try await store.get("/orders?limit=1")
                #expect(
                    listed.body.contains(
                        #""order":2,"state":"cancelled","lines":[{"item_number":"2","copies":1}]}"#),
                    "\(listed.body)")
                try await store.stop()
                try await expectBalance(verify, in: store.folder)
                try await body(store)
            }
        }

        private func expectBalance(_ options: [String] = [], in folder: String) async throws {
            let verdict = try await run(Program.bookstore, ["verify"] + options, in: folder)
            #expect(verdict.status == 0, "\(verdict.output)\(verdict.errors)")
            #expect(
                verdict.output.contains("2 sales, 2 orders, 2 times copies put back."), "\(verdict.output)")
        }

        /// The store goes on from what was rebuilt.
        private func expectGoesOn(
            _ store: Store, remembersKeys: Bool, verify: [String] = []
        ) async throws {
            try await store.start()
            #expect(try await store.stock(of: 3) == 2)
            if remembersKeys {
                let again = try await order("o", [(1, 1), (3, 2)], at: store)
                #expect(again.json["result"].map { "\($0)".contains("handed_over") } == true, "\(again.body)")
                #expect(try await receipt("o", at: store)["order"] as? Int == 1)
                #expect(try await receipt("p", at: store)["state"] as? String == "cancelled")
            }
            #expect(try await store.stock(of: 3) == 2)
            try await step(1, "returned", at: store)
            #expect(try await store.stock(of: 3) == 3)
            #expect(try await order("new", [(4, 3)], at: store).status == 200)
            try await eventually("the return is recorded") { store.log("order_log").count == 11 }
            let verdict = try await run(Program.bookstore, ["verify"] + verify, in: store.folder)
            #expect(verdict.status == 0, "\(verdict.output)\(verdict.errors)")
            try await store.stop()
        }

        @Test func ordersSurviveCrashesAndLostDatabases() async throws {
            try await withOrderedStore { store in
                for lost in [["catalog"], ["order"], ["catalog", "order"]] {
                    let copy = try SoldStore(folder: store.folder).copy()
                    for tier in lost { try copy.remove("data/\(tier).sqlite") }
                    let run = try await bookstore("recover", in: copy.folder)
                    #expect(run.status == 0, "\(run.output)\(run.errors)")
                    try await expectBalance(in: copy.folder)
                    let rebuilt = try Store(folder: copy.folder)
                    defer { rebuilt.end() }
                    try await expectGoesOn(rebuilt, remembersKeys: lost.count == 1)
                }
            }
        }

        @Test func ordersSurviveCrashesAndALostPostgresDatabase() async throws {
            let server = try PostgresServer()
            let url = server.url(try server.newDatabase())
            try await withOrderedStore(
                options: [.catalog: ["--store", url], .order: ["--store", url]], verify: ["--store", url]
            ) { store in
                let other = server.url(try server.newDatabase())
                let run = try await bookstore("recover", "--store", other, in: store.folder)
                #expect(run.status == 0, "\(run.output)\(run.errors)")
                try await expectBalance(["--store", other], in: store.folder)
                let rebuilt = try Store(folder: store.folder)
                defer { rebuilt.end() }
                for tier in [Tier.catalog, .order] { rebuilt.add(["--store", other], to: tier) }
                try await expectGoesOn(rebuilt, remembersKeys: false, verify: ["--store", other])
            }
        }
    }
}
