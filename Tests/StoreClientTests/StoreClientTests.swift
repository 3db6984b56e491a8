import Logging
import Model
import Monitoring
import NIOCore
import NIOHTTP1
import StoreAPI
import StoreClient
import Synchronization
import TestSupport
import Testing
import TierHTTP

@Suite struct StoreClientTests {
    /// Runs `body` with a client of a server that has these routes.
    private func withStore(_ routes: [Route], _ body: (StoreClient) async throws -> Void) async throws {
        try await withLoops(count: 1) { loops in
            let table = RouteTable(
                routes, monitor: SystemMonitor(tier: "test", shardCount: 1),
                readiness: { $0.slot.eventLoop.makeSucceededVoidFuture() }, description: { _, _ in [] })
            let server = try await TierServer.start(
                at: ServerAddress(host: "127.0.0.1", port: 0), loops: loops, routes: table,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            let store = try await StoreClient(of: "frontend", at: [server.address], loops: loops)
            var failure: (any Error)?
            do { try await body(store) } catch { failure = error }
            await store.shutdown()
            await server.shutdown(within: .milliseconds(200))
            if let failure { throw failure }
        }
    }

    private func details(_ number: Int64) throws -> BookDetails {
        let book = Book(
            item: try #require(ItemNumber(number)), title: "A \"quoted\" title", topic: "a & b",
            price: try #require(Cents(1250)), stock: 3)
        return BookDetails(
            book: book, sold: 7, isRetired: false, version: 9,
            facts: BookFacts([.isbn: "9780306406157", .authors: "A; B", .description: "\"One\"\nTwo"]))
    }

    private static func list(_ books: [BookDetails], next: String? = nil) -> TierResponse {
        .json(ByteBuffer.page(books, next: next) { $0.writeBook($1) })
    }

    /// The server receives the requested change, and the client reads its answer.
    @Test func sendsChangesUnaltered() async throws {
        let one = try details(1)
        let taken = Mutex<[KeeperRequest]>([])
        let take = {
            @Sendable
            (endpoint: Endpoint, read: @escaping @Sendable (TierRequest) -> EventLoopFuture<KeeperRequest>) in
            Route(endpoint) { request in
                .pending(
                    read(request).map { wanted in
                        taken.withLock { $0.append(wanted) }
                        var json = ByteBuffer(string: #"{"result":"#)
                        json.writeBook(one)
                        json.writeString("}")
                        return endpoint.name == "updates" ? Self.list([one]) : .json(json)
                    })
            }
        }
        let routes = [
            take(.updates) { $0.updates() }, take(.add) { $0.newBook() }, take(.retire) { $0.retirement() },
            take(.edit) { $0.edit() }, take(.restore) { $0.restoration() },
        ]
        let key = try #require(IdempotencyKey(parsing: "a-key"))
        let updates = [
            KeeperUpdate(StockChange(item: one.book.item, units: -2)),
            KeeperUpdate(
                StockChange(item: one.book.item, price: Cents(0), units: 5),
                expectation: KeeperUpdate.Expectation(stock: 3, price: Cents(1205), version: 9)),
        ]
        let new = NewBook(
            item: nil, title: "T", topic: "t", price: one.book.price, stock: 4, facts: one.facts)
        var edit = BookEdit(item: one.book.item, title: "N", facts: [.authors: "C; D", .published: "1999"])
        edit.facts.updateValue(nil, forKey: .isbn)
        try await withStore(routes) { store in
            let changed = try await store.updates(updates, actor: "ann", reason: "a \"delivery\"", key: key)
            #expect(changed.result == [one])
            #expect(try await store.add(new, actor: "ann", reason: nil, key: key).result == one)
            let retired = try await store.retire(
                one.book.item, expectedVersion: 9, actor: "ann", reason: "old", key: key)
            #expect(retired.result == one)
            let edited = try await store.edit(edit, expectedVersion: 9, actor: "ann", reason: nil, key: key)
            #expect(edited.result == one)
            _ = try await store.restore(one.book.item, actor: "ann", reason: "back", key: key)
            #expect(retired.text.hasPrefix(#"{"result":{"item_number":"1","title":"A \"quoted\" title""#))
        }
        let requests = taken.withLock { $0 }
        try #require(requests.count == 5)
        #expect(requests.map(\.reason) == ["a \"delivery\"", nil, "old", nil, "back"])
        #expect(requests.allSatisfy { $0.actor == "ann" && $0.key == key })
        guard case .updates(updates) = requests[0].work, case .add(new) = requests[1].work,
            case .retire(one.book.item, expectedVersion: 9) = requests[2].work,
            case .edit(edit, expectedVersion: 9) = requests[3].work,
            case .restore(one.book.item) = requests[4].work
        else {
            Issue.record("\(requests)")
            return
        }
    }

    @Test func asksForAPageByItsParameters() async throws {
        let one = try details(1)
        let asked = Mutex<[String]>([])
        let books = Route(.books) { request in
            asked.withLock { $0.append(String(request.target.query ?? "")) }
            return .ready(Self.list([one], next: "1"))
        }
        try await withStore([books]) { store in
            let filter = StoreClient.BookFilter(words: "a b", stockMax: 2, retired: .only)
            let page = try await store.books(filter, limit: 5, after: "7")
            #expect(page.result == [one] && page.next == "1")
        }
        #expect(asked.withLock { $0 } == ["q=a%20b&stock_max=2&retired=only&limit=5&after=7"])
    }

    @Test func readsABookWithItsFacts() async throws {
        let one = try details(1)
        let shown = ShopBook(one.book, one.facts)
        let routes = [
            Route(.details) { _ in .ready(.json(shown.result)) },
            Route(.find) { _ in
                .ready(.json(ByteBuffer.page([shown], next: nil) { $1.write(to: &$0) }))
            },
        ]
        try await withStore(routes) { store in
            let book = try await store.details(one.book.item)
            let found = try await store.find(limit: 1)
            #expect(book == shown && found.result == [shown])
        }
    }

    private func fault(of error: any Error) async throws -> [StoreFault] {
        let routes = [Route(.book) { _ in throw error }, Route(.retire) { _ in throw error }]
        let item = try #require(ItemNumber(1))
        var faults: [StoreFault] = []
        try await withStore(routes) { store in
            faults.append(try await #require(throws: StoreFault.self) { try await store.book(item) })
            faults.append(
                try await #require(throws: StoreFault.self) {
                    try await store.retire(item, actor: "ann", reason: nil, key: .random())
                })
        }
        return faults
    }

    @Test func refusalsHoldTheCurrentState() async throws {
        let one = try details(1)
        for fault in try await fault(of: StoreError.changed("it has changed", current: [one])) {
            guard case .refused(let problem) = fault else {
                Issue.record("\(fault)")
                continue
            }
            #expect(problem.status == 412 && problem.detail == "it has changed" && problem.current == [one])
            #expect(!fault.isOutcomeUnknown)
        }
        let line = RefusedLine(line: 3, reason: "is taken")
        for fault in try await fault(of: StoreError.refusedLines([line], count: 2)) {
            guard case .refused(let problem) = fault else {
                Issue.record("\(fault)")
                continue
            }
            #expect(problem.status == 409 && problem.lines == [line] && problem.lineCount == 2)
        }
    }

    /// A change that is not refused may have been made, unless the store says that nothing was done; a read has no
    /// outcome.
    @Test func anUnavailableTierLeavesChangesUnknown() async throws {
        for isUnknown in [true, false] {
            let away = StoreError.unavailable(tier: "catalog", reason: .slow, outcomeUnknown: isUnknown)
            let faults = try await fault(of: away)
            #expect(faults.map(\.isOutcomeUnknown) == [false, isUnknown])
            for fault in faults {
                guard case .unavailable(.problem(let problem), _) = fault else {
                    Issue.record("\(fault)")
                    continue
                }
                #expect(problem.status == 503 && problem.dependency == "catalog")
            }
        }
        let busy = try await fault(of: Problem(.serviceUnavailable, "too many words"))
        guard case .busy(let problem) = busy[0], case .unavailable = busy[1] else {
            Issue.record("\(busy)")
            return
        }
        #expect(problem.detail == "too many words")
    }

    /// A client of a keeper shows the session where keepers are asked for, and nowhere else.
    @Test func showsTheSessionOfItsKeeper() async throws {
        let secret = SessionSecret.random()
        let session = KeeperSession(
            id: "0123456789abcdef", name: "A \"quoted\" name", role: .keeper, opened: Timestamp(millis: 0),
            used: Timestamp(millis: 1), device: nil)
        let keeper = Keeper(name: session.name, role: .keeper, made: Timestamp(millis: 2))
        let entry = KeeperEntry(keeper, sessions: [session])
        let shown = Mutex<[String: String]>([:])
        let route = { @Sendable (endpoint: Endpoint, answer: ByteBuffer) in
            Route(endpoint) { request in
                shown.withLock {
                    $0[endpoint.name] = request.headers.first(name: SessionSecret.field) ?? "none"
                }
                return .ready(.json(answer))
            }
        }
        let routes = [
            route(.signIn, OpenedSession(secret: secret, session: session).result),
            route(.session, session.result), route(.keepers, KeeperEntry.result([entry])),
            route(.newRole, keeper.result), route(.endSessions, EndedSessions.result(3)),
            route(.topics, ByteBuffer(string: #"{"result":[],"next":null}"#)),
        ]
        try await withStore(routes) { store in
            let opened = try await store.signIn(SignIn(name: "a", password: "b", device: nil))
            #expect(opened.secret == secret && opened.session == session)
            #expect(shown.withLock { $0 } == [Endpoint.signIn.name: "none"])
            let keepers = store.signedIn(secret)
            #expect(try await keepers.currentSession() == session)
            #expect(try await keepers.keepers().result == [entry])
            #expect(try await keepers.give(NewRole(name: "a", role: .owner)).result == keeper)
            #expect(try await keepers.end(.keeper("a")) == 3)
            _ = try await keepers.topics(limit: 1)
            let names = [Endpoint.session, .keepers, .newRole, .endSessions].map(\.name)
            #expect(names.allSatisfy { name in shown.withLock { $0[name] } == secret.text })
            #expect(shown.withLock { $0[Endpoint.topics.name] } == "none")
        }
    }

    @Test func rejectsAnIncompleteAnswer() async throws {
        let item = try #require(ItemNumber(1))
        try await withStore([Route(.lookup) { _ in .ready(.json(#"{"result":{"item_number":"1"}}"#)) }]) {
            store in
            let fault = try await #require(throws: StoreFault.self) { try await store.lookup(item) }
            guard case .unavailable(.nonsense, key: nil) = fault else {
                Issue.record("\(fault)")
                return
            }
        }
    }
}
