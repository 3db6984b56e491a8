import Foundation
import Model
import TestSupport
import Testing

extension RealProcesses {
    /// Keepers through the frontend: their sessions reach the tier that answers, and end everywhere at once.
    @Suite struct KeeperWireTests {
        private func post(
            _ target: String, _ body: String, _ store: Store, session: String? = nil
        ) async throws -> RawReply {
            var headers = ["Content-Type": "application/json"]
            headers["Keeper-Session"] = session
            return try await store.send("POST", target, to: .frontend, headers: headers, body: body)
        }

        private func get(
            _ target: String, _ store: Store, from tier: Tier = .frontend, session: String
        ) async throws -> RawReply {
            try await store.get(target, from: tier, headers: ["Keeper-Session": session])
        }

        private func signIn(_ name: String, _ store: Store) async throws -> String {
            let reply = try await post("/sign_in", #"{"name":"\#(name)","password":"correct horse"}"#, store)
            let result = try #require(reply.json["result"] as? [String: Any], "\(reply.status) \(reply.body)")
            return try #require(result["session"] as? String)
        }

        private func withKeepers(
            _ body: (Store, _ owner: String, _ reader: String) async throws -> Void
        ) async throws {
            try await withStore { store in
                for (name, role) in [("Ann", "owner"), ("Ben", "reader")] {
                    let added = try await post(
                        "/keeper", #"{"name":"\#(name)","role":"\#(role)","password":"correct horse"}"#, store
                    )
                    #expect(added.status == 200, "\(added.body)")
                }
                try await body(store, try await signIn("Ann", store), try await signIn("Ben", store))
            }
        }

        @Test func everyTierAsksForTheSession() async throws {
            try await withKeepers { store, owner, reader in
                let reads: [(String, Tier)] = [
                    ("/books", .frontend), ("/orders", .frontend), ("/tiers", .frontend),
                    ("/customer_orders", .frontend), ("/events", .frontend), ("/orders", .order),
                    ("/ledger", .catalog), ("/session", .frontend),
                ]
                for (target, tier) in reads {
                    #expect(
                        try await get(target, store, from: tier, session: reader).status == 200, "\(target)")
                }
                let update = #"{"updates":[{"item_number":"1","stock":1}],"actor":"Mallory"}"#
                let refused = try await post("/updates", update, store, session: reader)
                expectProblem(refused, 403, mentions: "a reader may not change anything")
                #expect(refused.json["code"] as? String == "not_allowed")
                let changed = try await post("/updates", update, store, session: owner)
                #expect(changed.status == 200, "\(changed.body)")
                let ledger = try await get("/movements?limit=1", store, session: reader)
                #expect(ledger.body.contains(#""actor":"Ann""#))
                // Customers need no session, whatever a browser sends.
                let buy = try await store.post(
                    "/buy?item_number=1", headers: ["Keeper-Session": String(repeating: "0", count: 64)])
                expectJSON(buy, successBody)

                let ended = try await post("/end_session", #"{"keeper":"Ben"}"#, store, session: owner)
                expectJSON(ended, #"{"result":{"ended":1}}"#)
                for (target, tier) in reads {
                    let reply = try await get(target, store, from: tier, session: reader)
                    expectProblem(reply, 403, mentions: "sign in again")
                    #expect(reply.json["code"] as? String == "session_ended", "\(target)")
                }
                for tier in Tier.allCases {
                    for secret in [owner, reader, "correct horse"] {
                        #expect(!store.errors(of: tier).contains(secret))
                    }
                }
            }
        }

        /// Who follows the events is told no more when the session has ended.
        @Test(arguments: [Tier.frontend, .catalog]) func followersEndWithTheirSession(
            tier: Tier
        ) async throws {
            try await withKeepers { store, owner, reader in
                let connection = try RawConnection(port: store.port(tier))
                try connection.send(
                    """
                    GET /events HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\
                    Keeper-Session: \(reader)\r\n\r\n
                    """)
                let head = try await onThread { String(decoding: try connection.receive(), as: UTF8.self) }
                #expect(head.contains("200") && head.contains("text/event-stream"), "\(head)")
                let ended = try await post("/end_session", #"{"keeper":"Ben"}"#, store, session: owner)
                #expect(ended.status == 200)
                #expect(try await store.buy(1) == "Success")
                let rest = try await onThread { try connection.receiveAll() }
                #expect(!rest.contains("event: order"), "\(rest)")
            }
        }

        @Test func keepersStayAcrossARestart() async throws {
            try await withKeepers { store, owner, _ in
                try store.kill(.catalog)
                try await store.start([.catalog])
                let session = try await get("/session", store, session: owner)
                #expect(session.status == 200 && session.body.contains(#""name":"Ann""#), "\(session.body)")
                let copy = try await bookstore("backup", "copies", in: store.folder)
                #expect(copy.status == 0, "\(copy.errors)")
                try await store.stop()
                store.add(["--data", "copies", "--output", "new-output"], to: .catalog)
                store.add(["--data", "copies", "--output", "new-output"], to: .order)
                try await store.start()
                #expect(try await get("/session", store, session: owner).status == 200)
                _ = try await signIn("Ben", store)
            }
        }
    }
}
