import Foundation
import Model
import TestSupport
import Testing

extension RealProcesses {
    /// A store with a token: who may change things, and that nothing reveals the token.
    @Suite struct TokenTests {
        private static let token = "not-to-be-told-to-anyone"
        private static let shown = ["Authorization": "Bearer " + token]

        private func withGuardedStore(_ body: (Store) async throws -> Void) async throws {
            try await withStoppedStore { store in
                try store.write(Self.token + "\n", to: "token")
                for tier in Tier.allCases {
                    store.add(["--token-file", "token", "--log-level", "trace"], to: tier)
                }
                try await store.start()
                try await body(store)
            }
        }

        @Test func changesNeedTheTokenButPurchasesDoNot() async throws {
            try await withGuardedStore { store in
                let update = "/update?item_number=1&stock=5"
                let refused = try await store.post(update, to: .catalog)
                expectProblem(refused, 401, mentions: "Authorization: Bearer")
                #expect(refused.headers["www-authenticate"]?.hasPrefix("Bearer") == true)
                expectProblem(
                    try await store.post(update, to: .catalog, headers: ["Authorization": "Bearer wrong"]),
                    401)
                expectProblem(try await store.get("/ledger", from: .catalog), 401)
                #expect(try await store.stock(of: 1) == 3)
                expectJSON(try await store.post(update, to: .catalog, headers: Self.shown), successBody)
                // The order server sends it to the catalog for the buyer.
                #expect(try await store.buy(1) == "Success")
                #expect(try await store.stock(of: 1) == 7)
                try await store.stop()
                for tier in Tier.allCases {
                    #expect(!store.errors(of: tier).contains(Self.token))
                }
                #expect(!store.log("catalog_log").contains { $0.contains(Self.token) })
            }
        }

        @Test func anOrderServerWithoutTheTokenFails() async throws {
            try await withStoppedStore { store in
                try store.write(Self.token, to: "token")
                store.add(["--token-file", "token"], to: .catalog)
                try await store.start()
                expectProblem(try await store.post("/buy?item_number=1", to: .order), 503)
                #expect(try await store.stock(of: 1) == 3)
            }
        }

        /// Rotates the token as in docs/operating.md: the new one in the file, then restarts of one server at a time.
        @Test func aNewTokenComesInByRestarts() async throws {
            try await withGuardedStore { store in
                let new = ["Authorization": "Bearer another-one-of-16-or-more"]
                try store.write("another-one-of-16-or-more", to: "token")
                try await store.stop([.catalog])
                try await store.start([.catalog])
                let buy = "/buy?item_number=1"
                let key = ["Idempotency-Key": "across-the-change"]
                expectProblem(try await store.post(buy, headers: key), 503)
                #expect(try await store.stock(of: 1) == 3)
                try await store.stop([.order])
                try await store.start([.order])
                expectJSON(try await store.post(buy, headers: key), successBody)
                #expect(try await store.stock(of: 1) == 2)
                let update = "/update?item_number=1&stock=5"
                expectProblem(try await store.post(update, to: .catalog, headers: Self.shown), 401)
                expectJSON(try await store.post(update, to: .catalog, headers: new), successBody)
            }
        }

        @Test func withoutATokenOnlyLoopbackIsServed() async throws {
            try await withTemporaryFolder { folder in
                for tier in ["catalog", "order", "frontend"] {
                    let run = try await bookstore(tier, "--bind", "0.0.0.0", in: folder)
                    #expect(run.status == 78, "\(run.errors)")
                    #expect(run.errors.contains("0.0.0.0:800") && run.errors.contains("BOOKSTORE_TOKEN"))
                }
                try "catalog,192.0.2.1:8001\n".write(
                    toFile: folder + "/config", atomically: true, encoding: .utf8)
                let named = try await bookstore("catalog", "--config", "config", in: folder)
                #expect(named.status == 78 && named.errors.contains("config: "), "\(named.errors)")
                #expect(!FileManager.default.fileExists(atPath: folder + "/data"))
            }
        }

        @Test func refusesAnInvalidToken() async throws {
            try await withTemporaryFolder { folder in
                let short = try await bookstore(
                    "catalog", in: folder, environment: ["BOOKSTORE_TOKEN": "hunter2"])
                #expect(short.status == 78 && short.errors.contains("environment: the token is not 16"))
                #expect(!short.errors.contains("hunter2"))
                let missing = try await bookstore("catalog", "--token-file", "none", in: folder)
                #expect(missing.status == 78 && missing.errors.contains("none: cannot be read"))
                let shown = try await bookstore(
                    "config", in: folder, environment: ["BOOKSTORE_TOKEN": Self.token])
                #expect(shown.output.contains("token = (secret)") && !shown.output.contains(Self.token))
            }
        }
    }
}
