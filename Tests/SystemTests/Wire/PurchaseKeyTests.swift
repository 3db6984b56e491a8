import Foundation
import Model
import TestSupport
import Testing

extension RealProcesses {
    /// A client can repeat a purchase whose outcome is unknown, because every answer contains its key.
    @Suite struct PurchaseKeyTests {
        private func key(of reply: RawReply) -> String? { reply.headers["idempotency-key"] }

        private func expectKey(_ reply: RawReply, _ status: Int, _ key: String? = nil) {
            #expect(reply.status == status, "\(reply.body)")
            let told = self.key(of: reply)
            #expect(key == nil ? told?.count == 32 : told == key, "\(reply.headers)")
            if status != 200 { #expect(reply.json["idempotency_key"] as? String == told, "\(reply.body)") }
        }

        @Test func everyAnswerNamesTheKey() async throws {
            try await withStore(books: "init,1,2,10,t,One\ninit,2,1,10,t,Two\n") { store in
                for tier in [Tier.frontend, .order] {
                    let item = tier == .frontend ? 1 : 2
                    let mine = "mine-\(item)"
                    let own = ["Idempotency-Key": mine]
                    let buy = "/buy?item_number=\(item)"
                    let first = try await store.post(buy, to: tier)
                    expectJSON(first, successBody)
                    expectKey(first, 200)
                    let again = ["Idempotency-Key": try #require(key(of: first))]
                    expectJSON(try await store.post(buy, to: tier, headers: again), successBody)
                    expectKey(try await store.get("/buy/\(item)", from: tier, headers: own), 200, mine)
                    expectKey(try await store.post("/buy/\(item)", to: tier, headers: own), 200, mine)
                    expectKey(try await store.post("/buy/99", to: tier), 404)
                    expectKey(try await store.post("/buy/x", to: tier, headers: own), 400, mine)
                    expectKey(try await store.post("/buy/\(3 - item)", to: tier, headers: own), 422, mine)
                    let long = String(repeating: "b", count: 64 * 1024 + 1)
                    let tooLong = try await store.send("POST", buy, to: tier, headers: own, body: long)
                    expectKey(tooLong, 413, mine)
                    // An invalid key is not returned, and a request that sells nothing has no key.
                    for odd in ["\"open", "a b"] {
                        let refused = try await store.post(buy, to: tier, headers: ["Idempotency-Key": odd])
                        expectProblem(refused, 400)
                        #expect(key(of: refused) == nil && refused.json["idempotency_key"] == nil)
                    }
                    #expect(key(of: try await store.get("/livez", from: tier, headers: own)) == nil)
                    let quoted = ["Idempotency-Key": #""in quotes-\#(item)""#]
                    let bare = ["Idempotency-Key": #""quoted-\#(item)""#]
                    expectProblem(try await store.post(buy, to: tier, headers: quoted), 400)
                    expectKey(try await store.post(buy, to: tier, headers: bare), 200, "quoted-\(item)")
                }
                #expect(try await store.stock(of: 1) == 0)
            }
        }

        /// A batch between tiers answers each purchase with its key, also one that came without a key.
        @Test func aBatchReturnsKeys() async throws {
            try await withStore { store in
                let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
                let body = "POST /buy?item_number=1 \(trace) k-1\nPOST /buy?item_number=99 \(trace)\n"
                let reply = try await store.send(
                    "POST", "/batch", to: .order,
                    headers: ["Content-Type": "application/x-bookstore-batch"], body: body)
                #expect(reply.status == 200, "\(reply.body)")
                #expect(reply.body.contains(#/^200\t[0-9]+\tidempotency-key\tk-1[\t\n]/#), "\(reply.body)")
                let made = reply.body.firstMatch(
                    of: #/\n?404\t[0-9]+\tidempotency-key\t([0-9a-f]{32})[\t\n]/#)
                #expect(made != nil, "\(reply.body)")
                #expect(made.map { reply.body.contains(#""idempotency_key":"\#($0.1)""#) } == true)
            }
        }

        /// The catalog is frozen: the sale may happen afterwards, and only its key shows whether it did.
        @Test func aRetryAfterAnUnknownOutcomeBuysOnce() async throws {
            try await withStore { store in
                let catalog = try store.process(.catalog)
                try await catalog.freeze()
                let unknown = try await store.post("/buy?item_number=1")
                expectKey(unknown, 503)
                #expect((unknown.json["detail"] as? String)?.contains("same Idempotency-Key") == true)
                catalog.send(SIGCONT)
                let again = ["Idempotency-Key": try #require(key(of: unknown))]
                try await eventually("it is settled") {
                    try await store.post("/buy?item_number=1", headers: again).body == successBody
                }
                #expect(try await store.stock(of: 1) == 2)
                #expect(try await store.log("order_log", becomes: ["bought book 1"]) == ["bought book 1"])
            }
        }

        private func withProblem(
            _ body: String, _ test: (FakeFrontend, String) async throws -> Void
        ) async throws { try await withFakeFrontend(answering: { _, _ in (503, body) }, test) }

        /// A problem that says that nothing was done needs no repetition under the same key.
        @Test(arguments: [("none", 69), ("unknown", 75)]) func aCommandReadsTheOutcome(
            outcome: String, status: Int32
        ) async throws {
            let body = #"{"status":503,"code":"stopping","detail":"is stopping","outcome":"\#(outcome)"}"#
            try await withProblem(body) { frontend, folder in
                for command in [["client", "buy", "1"], ["restock", "1=5"]] {
                    let run = try await run(
                        Program.bookstore, command + ["--frontend", frontend.address], in: folder)
                    #expect(run.status == status, "\(command): \(run.errors)")
                    #expect(run.errors.contains("is stopping"), "\(run.errors)")
                    #expect(run.errors.contains("Repeat it with its key") == (status == 75), "\(run.errors)")
                }
            }
        }

        /// The printed commands are for copying, so the test runs them unchanged.
        @Test(arguments: [
            (["client", "buy", "1"], 2), (["restock", "1=5", "--reason", "it's \"new\" & good"], 8),
        ]) func aCommandPrintsHowToRepeatIt(command: [String], stock: Int) async throws {
            try await withStore { store in
                let catalog = try store.process(.catalog)
                try await catalog.freeze()
                let unknown = try await run(
                    Program.bookstore, command + ["--config", "config"], in: store.folder)
                #expect(unknown.status == 75, "\(unknown.errors)")
                #expect(unknown.output.isEmpty && unknown.errors.contains("Repeat it with its key"))
                let line = try #require(unknown.errors.split(separator: "\n").last).trimmingCharacters(
                    in: .whitespaces)
                #expect(line.contains(#/ --key [0-9a-f]{32}$/#), "\(line)")
                catalog.send(SIGCONT)
                for _ in 1...2 {
                    try await eventually("it is settled") {
                        try await run("/bin/sh", ["-c", line], in: store.folder).status == 0
                    }
                }
                #expect(try await store.stock(of: 1) == stock)
            }
        }
    }
}
