import Foundation
import Model
import Monitoring
import NIOHTTP1
import Outside
import Passwords
import StoreAPI
import TestSupport
import Testing
import TierHTTP

@testable import Catalog

/// What keepers may do, over HTTP: the catalog asks their sessions, whatever the request says.
@Suite struct KeeperRightsTests {
    private static let token = "a-token-of-the-store"
    private static let password = "correct horse"

    /// A catalog that is served, and its port.
    private struct Served {
        let engine: CatalogEngine
        let port: Int
        let loops: TierLoops

        func send(
            _ endpoint: Endpoint, query: String = "", _ body: String? = nil, session: String? = nil,
            key: String? = nil
        ) async throws -> RawReply {
            var headers = ["Authorization": "Bearer " + KeeperRightsTests.token]
            if body != nil { headers["Content-Type"] = "application/json" }
            headers["Keeper-Session"] = session
            headers["Idempotency-Key"] = key
            let method = endpoint.isRead ? "GET" : "POST"
            return try await onThread { [headers] in
                try request(
                    method, "/\(endpoint.name)\(query)", port: port, headers: headers, body: body ?? "")
            }
        }

        /// Adds a keeper without the costly hash, and signs in.
        func signedIn(_ name: String, _ role: KeeperRole, _ hash: String) async throws -> String {
            let body = #"{"name":"\#(name)","role":"\#(role.rawValue)","password_hash":"\#(hash)"}"#
            let added = try await send(.newKeeper, body)
            #expect(added.status == 200, "\(added.body)")
            return try await signIn(name)
        }

        func signIn(_ name: String, _ password: String = KeeperRightsTests.password) async throws -> String {
            let reply = try await send(.signIn, #"{"name":"\#(name)","password":"\#(password)"}"#)
            let result = try #require(reply.json["result"] as? [String: Any], "\(reply.body)")
            return try #require(result["session"] as? String)
        }
    }

    private func withCatalog(_ body: (Served, _ hash: String) async throws -> Void) async throws {
        let hash = try #require(try KeeperPassword(hashing: Self.password)).text
        try await withCatalogFolder { folder in
            let store = try folder.open(firstBooks: { Book.defaults })
            try await withLoops(count: 1) { loops in
                let engine = try CatalogEngine(
                    store: store, logPath: folder.logPath, queryLogging: .all, logger: silent,
                    broken: { Issue.record("the catalog broke: \($0)") })
                let server = try await CatalogServer.start(
                    engine: engine, token: try BearerToken(parsing: Self.token),
                    at: ServerAddress(host: "127.0.0.1", port: 0), hosts: .any,
                    outside: OutsideClient(group: loops.group, reachesPrivate: false), loops: loops,
                    monitor: SystemMonitor(tier: "catalog", shardCount: 1), logger: silent)
                var failure: (any Error)?
                do {
                    try await body(
                        Served(engine: engine, port: server.address.port, loops: loops), hash)
                } catch { failure = error }
                try await server.shutdown()
                if let failure { throw failure }
            }
        }
    }

    /// Every guarded request of every role: refused without the right, and with it not for want of it.
    @Test(.onEachStore) func eachRoleMayDoWhatItsRightsAre() async throws {
        try await withCatalog { catalog, hash in
            var sessions: [KeeperRole: String] = [:]
            for role in KeeperRole.allCases {
                sessions[role] = try await catalog.signedIn("the \(role.rawValue)", role, hash)
            }
            let outside = OutsideClient(group: catalog.loops.group, reachesPrivate: false)
            let here = CatalogRoutes(engine: catalog.engine, outside: outside).all
            let guarded = Endpoint.all.filter { endpoint in
                endpoint.right != nil
                    && here.contains { $0.name == endpoint.name && $0.right == endpoint.right }
            }
            #expect(guarded.count > 25)
            for endpoint in guarded {
                let right = try #require(endpoint.right)
                for (role, session) in sessions where endpoint.name != Endpoint.signOut.name {
                    // Malformed for each of them, so that nothing is changed by who may.
                    let reply = try await catalog.send(
                        endpoint, query: endpoint.isRead ? "" : "?actor=%00",
                        endpoint.isRead ? nil : "[]", session: session)
                    if role.has(right) {
                        #expect(reply.status != 403 && reply.status < 500, "\(endpoint.name): \(reply.body)")
                    } else {
                        #expect(
                            reply.status == 403 && reply.json["code"] as? String == "not_allowed",
                            "\(endpoint.name), \(role): \(reply.status) \(reply.body)")
                    }
                }
                guard right != .signIn else { continue }
                let unknown = String(repeating: "0", count: 64)
                let ended = try await catalog.send(endpoint, endpoint.isRead ? nil : "{}", session: unknown)
                #expect(ended.json["code"] as? String == "session_ended", "\(endpoint.name)")
                let odd = try await catalog.send(endpoint, endpoint.isRead ? nil : "{}", session: "x")
                #expect(odd.status == 400, "\(endpoint.name)")
            }
        }
    }

    /// All that changes something is beyond a reader: a new endpoint that is forgotten here fails.
    @Test func nothingThatChangesIsARight() {
        let own = [Endpoint.newPassword, .endSessions, .signOut].map(\.name)
        for endpoint in Endpoint.all where endpoint.right == .read && !endpoint.isRead {
            #expect(own.contains(endpoint.name), "\(endpoint.name)")
        }
        for endpoint in Endpoint.all where endpoint.right == .signIn {
            #expect(endpoint.name == Endpoint.signIn.name)
        }
    }

    @Test(.onEachStore) func theLedgerNamesWhoIsSignedIn() async throws {
        try await withCatalog { catalog, hash in
            let ann = try await catalog.signedIn("Ann", .keeper, hash)
            let changes: [(Endpoint, String, String?)] = [
                (.update, "?item_number=1&stock=1&actor=Mallory", nil),
                (.update, "?item_number=1&stock=1", nil),
                (.updates, "", #"{"actor":"Mallory","updates":[{"item_number":"1","stock":1}]}"#),
                (.edit, "", #"{"item_number":"1","title":"Another","actor":"Mallory"}"#),
                (.retire, "", #"{"item_number":"2"}"#),
                (.restore, "", #"{"item_number":"2","actor":"Mallory"}"#),
                (.add, "", #"{"title":"T","topic":"t","cost":"1","actor":"Mallory"}"#),
            ]
            for (endpoint, query, body) in changes {
                let reply = try await catalog.send(endpoint, query: query, body, session: ann)
                #expect(reply.status == 200, "\(endpoint.name): \(reply.body)")
            }
            let alone = try await catalog.send(.update, query: "?item_number=1&stock=1&actor=Mallory")
            #expect(alone.status == 200)
            let ledger = try await catalog.send(.movements, query: "?limit=100", session: ann)
            let actors = try #require(ledger.json["result"] as? [[String: Any]]).map {
                $0["actor"] as? String
            }
            #expect(actors == ["Mallory"] + changes.map { _ in "Ann" })
        }
    }

    @Test(.onEachStore) func keepersSignInAndOut() async throws {
        try await withCatalog { catalog, hash in
            let session = try await catalog.signedIn("Zoë", .owner, hash)
            let shown = try await catalog.send(.session, session: session)
            let result = try #require(shown.json["result"] as? [String: Any])
            #expect(result["name"] as? String == "Zoë" && result["role"] as? String == "owner")
            #expect(result["session"] == nil && !shown.body.contains(session))
            // Another spelling of the name, and of the letters.
            _ = try await catalog.signIn("ZOE\u{308}")
            for (name, password) in [("Zoë", "wrong horse"), ("Nobody", Self.password), ("Zoë", "x")] {
                let refused = try await catalog.send(
                    .signIn, #"{"name":"\#(name)","password":"\#(password)"}"#)
                #expect(refused.status == 403 && refused.json["code"] as? String == "wrong_sign_in")
            }
            let list = try await catalog.send(.keepers, session: session)
            #expect(!list.body.contains(session) && !list.body.contains("scrypt"))
            let entries = try #require(list.json["result"] as? [[String: Any]])
            #expect((entries[0]["sessions"] as? [Any])?.count == 2)
            // A browser that signs in again has one session.
            let again = try await catalog.send(
                .signIn, #"{"name":"zoë","password":"\#(Self.password)","device":"a\nbrowser"}"#,
                session: session)
            let second = try #require((again.json["result"] as? [String: Any])?["session"] as? String)
            #expect(again.body.contains(#""device":"a browser""#))
            #expect(try await catalog.send(.session, session: session).status == 403)
            #expect(try await catalog.send(.signOut, session: second).status == 200)
            #expect(try await catalog.send(.session, session: second).status == 403)
            for endpoint in [Endpoint.session, .signOut] {
                #expect(try await catalog.send(endpoint).status == 400)
            }
        }
    }

    @Test(.onEachStore) func keepersLookAfterTheirOwn() async throws {
        try await withCatalog { catalog, hash in
            let owner = try await catalog.signedIn("Ann", .owner, hash)
            let ben = try await catalog.signedIn("Ben", .reader, hash)
            let own = #"{"name":"ben","password":"battery staple","old_password":"\#(Self.password)"}"#
            let cases: [(String, String, Int, String)] = [
                (ben, #"{"name":"Ann","password":"battery staple"}"#, 403, "not_allowed"),
                (ben, #"{"name":"Ben","password":"battery staple"}"#, 400, "invalid"),
                (
                    ben, #"{"name":"Ben","password":"battery staple","old_password":"x"}"#, 403,
                    "wrong_password"
                ),
                (ben, #"{"name":"Ben","password":"x","old_password":"\#(Self.password)"}"#, 400, "invalid"),
                (owner, #"{"name":"Cat","password":"battery staple"}"#, 404, "unknown_keeper"),
                (ben, own, 200, ""), (ben, own, 403, "session_ended"),
            ]
            for (session, body, status, code) in cases {
                let reply = try await catalog.send(.newPassword, body, session: session)
                #expect(reply.status == status, "\(body): \(reply.body)")
                #expect(status == 200 || reply.json["code"] as? String == code, "\(body): \(reply.body)")
            }
            let second = try await catalog.signIn("Ben", "battery staple")
            #expect(
                try await catalog.send(.endSessions, #"{"keeper":"Ann"}"#, session: second).status == 403)
            #expect(
                try await catalog.send(.endSessions, #"{"keeper":"Ben"}"#, session: second).body
                    == #"{"result":{"ended":1}}"#)
            #expect(try await catalog.send(.session, session: second).status == 403)
            #expect(try await catalog.send(.session, session: owner).status == 200)
            for id in ["", "x", #"\u0000"#, String(repeating: "0", count: 16)] {
                let reply = try await catalog.send(.endSessions, #"{"id":"\#(id)"}"#, session: owner)
                #expect(reply.status == 404 && reply.json["code"] as? String == "unknown_session")
            }
            // The operator needs no old one.
            let reset = try await catalog.send(.newPassword, #"{"name":"Ben","password":"a new secret"}"#)
            #expect(reset.status == 200)
            _ = try await catalog.signIn("Ben", "a new secret")
        }
    }

    @Test(arguments: [
        (#"{"role":"owner","password":"correct horse"}"#, "name is missing"),
        (#"{"name":"","role":"owner","password":"correct horse"}"#, "name is empty"),
        (#"{"name":"a\u0000b","role":"owner","password":"correct horse"}"#, "name holds a control"),
        (#"{"name":"Ann","password":"correct horse"}"#, "role is missing"),
        (
            #"{"name":"Ann","role":"boss","password":"correct horse"}"#,
            "role is none of owner, keeper, reader"
        ),
        (#"{"name":"Ann","role":"owner"}"#, "password is missing"),
        (#"{"name":"Ann","role":"owner","password":"short"}"#, "8 to 256 bytes"),
        (#"{"name":"Ann","role":"owner","password_hash":"md5"}"#, "password_hash is no hash"),
        (#"{"name":"Ann","role":"owner","password":"a","password_hash":"b"}"#, "give one of them"),
        (#"{"name":"Ann","role":"owner","password":"correct horse","first":1}"#, "neither true nor false"),
        (#"{"name":"Ann","role":"owner","password":"correct horse","admin":true}"#, "admin is not known"),
    ]) func refusesWhatIsNoKeeper(body: String, words: String) async throws {
        try await withCatalog { catalog, _ in
            let reply = try await catalog.send(.newKeeper, body)
            let detail = try #require(reply.json["detail"] as? String)
            #expect(reply.status == 400 && detail.contains(words), "\(reply.body)")
        }
    }

    /// Beyond a number of passwords that are checked, the rest are told to come again.
    @Test func tooManySignInsAreRefused() async throws {
        try await withLoops(count: 1) { loops in
            let passwords = PasswordThread()
            let loop = loops.slots[0].eventLoop
            let isHeld = DispatchSemaphore(value: 0)
            let waiting = (0..<PasswordThread.waitingCountMax).map { _ in
                passwords.run(on: loop, for: nil) { isHeld.wait() }
            }
            await #expect(throws: StoreError.overloaded(.signInsWaiting)) {
                try await passwords.run(on: loop, for: nil) {}.get()
            }
            for _ in waiting { isHeld.signal() }
            for done in waiting { try await done.get() }
            try await passwords.run(on: loop, for: nil) {}.get()
        }
    }
}
