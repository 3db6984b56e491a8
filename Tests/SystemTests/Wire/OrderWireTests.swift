import Foundation
import Model
import TestSupport
import Testing

extension RealProcesses {
    /// The order server's part of the contract, and idempotency keys on every path that takes them.
    @Suite struct OrderWireTests {
        @Test func sellsUntilSoldOut() async throws {
            try await withStore { store in
                expectJSON(try await store.post("/buy?item_number=1", to: .order), successBody)
                expectJSON(try await store.get("/buy?item_number=1", from: .order), successBody)
                expectJSON(try await store.post("/buy/1", to: .order), successBody)
                expectJSON(try await store.post("/buy?item_number=1", to: .order), failedBody)
                let old = try await store.get("/buy?item_number=1", from: .order)
                expectJSON(old, failedBody)
                #expect(old.headers["cache-control"] == "no-store")
                expectProblem(try await store.post("/buy?item_number=8", to: .order), 404)
                for target in ["/buy", "/buy?item_number=", "/buy?item_number=x", "/buy?item_number=0"] {
                    expectProblem(try await store.post(target, to: .order), 400, mentions: "item_number")
                }
                #expect(store.log("order_log") == Array(repeating: "bought book 1", count: 3))
            }
        }

        private struct Way {
            let method: String
            let tier: Tier
            let target: String
            let key: String
        }

        @Test func repeatsTheFirstAnswerOnEveryPath() async throws {
            try await withStore { store in
                let ways = [
                    Way(method: "POST", tier: .frontend, target: "/buy?item_number=1", key: "k-1"),
                    Way(method: "POST", tier: .frontend, target: "/buy?item_number=1", key: "\"k-1\""),
                    Way(method: "GET", tier: .frontend, target: "/buy/1", key: "k-1"),
                    Way(method: "POST", tier: .order, target: "/buy?item_number=1", key: "k-1"),
                    Way(method: "GET", tier: .order, target: "/buy?item_number=1", key: "\"k-1\""),
                ]
                for way in ways {
                    let headers = ["Idempotency-Key": way.key]
                    let reply = try await store.send(way.method, way.target, to: way.tier, headers: headers)
                    expectJSON(reply, successBody)
                }
                #expect(try await store.stock(of: 1) == 2)
                #expect(store.log("order_log") == ["bought book 1"])
                let other = try await store.post("/buy?item_number=2", headers: ["Idempotency-Key": "k-1"])
                expectProblem(other, 422, mentions: "Idempotency-Key")
                expectProblem(
                    try await store.post(
                        "/buy?item_number=2", to: .order, headers: ["Idempotency-Key": "k-1"]), 422)
                #expect(try await store.stock(of: 2) == 3)
                // A refused purchase of an unknown book does not use up its key.
                #expect(try await store.buy(9, key: "k-2").hasPrefix("404"))
                #expect(try await store.buy(2, key: "k-2") == "Success")
            }
        }

        @Test func remembersARefusal() async throws {
            try await withStore(books: "init,1,0,1,t,Gone\n") { store in
                #expect(try await store.buy(1, key: "early") == "Failed")
                expectJSON(try await store.post("/update?item_number=1&stock=1", to: .catalog), successBody)
                #expect(try await store.buy(1, key: "early") == "Failed")
                #expect(try await store.buy(1, key: "late") == "Success")
                #expect(try await store.buy(1, key: "early") == "Failed")
                #expect(try await store.buy(1, key: "late") == "Success")
                #expect(store.log("order_log") == ["bought book 1"])
            }
        }

        @Test(arguments: [Tier.frontend, .order]) func judgesKeys(tier: Tier) async throws {
            try await withStore { store in
                let longest = String(repeating: "k", count: 255)
                let odd = "!#$%&'*+-.^_`|~()<>@,;:/[]?={}"
                for key in [
                    longest, "\"" + longest + "\"", odd,
                    "\"with \\\" quote\"".replacingOccurrences(of: " ", with: ""),
                ] {
                    let reply = try await store.post("/buy/3", to: tier, headers: ["Idempotency-Key": key])
                    #expect(reply.status == 200, "\(key): \(reply.body)")
                }
                for key in [
                    "", "\"\"", longest + "k", "\"" + longest + "k\"", "two words", "\"two words\"",
                    "tab\there",
                    "é", "\"open", "\"a\"b\"", "\"bad \\x escape\"",
                ] {
                    let reply = try await store.post("/buy/4", to: tier, headers: ["Idempotency-Key": key])
                    expectProblem(reply, 400, mentions: "Idempotency-Key")
                }
                // The parser of the head already refuses control characters, also with a 400.
                for byte in ["\u{1}", "\u{7F}", "\0"] {
                    let reply = try await store.post(
                        "/buy/4", to: tier, headers: ["Idempotency-Key": "a\(byte)b"])
                    expectProblem(reply, 400)
                }
                let twice = try await onThread { [port = store.port(tier)] in
                    let connection = try RawConnection(port: port)
                    try connection.send(
                        "POST /buy/4 HTTP/1.1\r\nHost: localhost\r\nIdempotency-Key: a\r\nIdempotency-Key: a\r\n\r\n"
                    )
                    return try connection.receiveReplies(1).first
                }
                expectProblem(try #require(twice), 400, mentions: "twice")
                #expect(try await store.stock(of: 4) == 3)
            }
        }
    }
}
