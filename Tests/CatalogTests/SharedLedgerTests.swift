import Foundation
import Model
import NIOCore
import Storage
import TestSupport
import Testing

@testable import Catalog

/// A catalog's memory beside others that write to the same database.
@Suite struct SharedLedgerTests {
    /// Another catalog, as far as the database can tell.
    private struct Other {
        let folder: CatalogFolder

        func run(_ sql: String) throws { try folder.execute(sql) }

        /// Sells a copy of a book.
        func sell(_ item: Int64, key: String) throws {
            try run(
                """
                WITH head AS (UPDATE ledger SET sequence = sequence + 1, sale = sale + 1 RETURNING *),
                sold AS (
                    UPDATE book SET stock = stock - 1, sold = sold + 1, previous_movement = last_movement,
                        last_movement = head.sequence
                    FROM head WHERE item_number = \(item) RETURNING book.*)
                INSERT INTO movement (
                    sequence, item_number, units, stock_after, price_after, order_key, sale, kind, previous, at_millis)
                SELECT sequence, item_number, -1, stock, price_cents, '\(key)', sale, 0, previous_movement, 0
                FROM head, sold
                """)
        }

        /// Adds a book.
        func add(_ item: Int64, stock: Int64) throws {
            try run(
                """
                WITH head AS (UPDATE ledger SET sequence = sequence + 1 RETURNING *),
                added AS (
                    INSERT INTO book (
                        item_number, title, topic, price_cents, stock, opening_price_cents, opening_stock, added_by,
                        last_movement)
                    SELECT \(item), 'Added', 'elsewhere', 500, \(stock), 500, 0, sequence, sequence FROM head
                    RETURNING *)
                INSERT INTO movement (
                    sequence, item_number, units, price_cents, stock_after, price_after, kind, previous, at_millis)
                SELECT sequence, item_number, \(stock), 500, \(stock), 500, 1, 0, 0 FROM head, added
                """)
        }

        /// Takes a book out of the shop.
        func retire(_ item: Int64) throws {
            try run(
                """
                WITH head AS (UPDATE ledger SET sequence = sequence + 1 RETURNING *),
                retired AS (
                    UPDATE book SET retired = true, previous_movement = last_movement, last_movement = sequence
                    FROM head WHERE item_number = \(item) RETURNING book.*)
                INSERT INTO movement (
                    sequence, item_number, units, stock_after, price_after, kind, previous, at_millis)
                SELECT sequence, item_number, 0, stock, price_cents, 2, previous_movement, 0 FROM head, retired
                """)
        }
    }

    private func withCatalog(
        _ books: [Book] = Book.defaults,
        _ body: (CatalogEngine, Other, any EventLoop, _ database: String) async throws -> Void
    ) async throws {
        try await StoreKind.$current.withValue(.postgresql) {
            try await withCatalogFolder { folder in
                try await withLoops(count: 1) { loops in
                    let database = PostgresServer.database(of: folder.url)
                    try await folder.withEngine(books) { engine in
                        try await body(
                            engine, Other(folder: folder), loops.slots[0].eventLoop, database)
                    }
                }
            }
        }
    }

    @Test func whatOthersSoldIsSeen() async throws {
        try await withCatalog { engine, other, loop, _ in
            try other.sell(1, key: "a")
            try await engine.current(on: loop).get()
            #expect(try engine.book(first.item).stock == first.stock - 1)
            // Own sales and others' in turn; none hides one of the other's.
            _ = try await engine.update(.sale(of: first.item, key: key("b")), on: loop).get()
            try other.sell(2, key: "c")
            _ = try await engine.update(.sale(of: second.item, key: key("d")), on: loop).get()
            try await engine.current(on: loop).get()
            #expect(try engine.book(first.item).stock == first.stock - 2)
            #expect(try engine.book(second.item).stock == second.stock - 2)
        }
    }

    @Test func whatOthersAddedAndRetiredIsSeen() async throws {
        try await withCatalog { engine, other, loop, _ in
            try other.add(9, stock: 7)
            try other.add(10, stock: 1)
            try other.retire(10)
            try other.retire(1)
            try await engine.current(on: loop).get()
            #expect(engine.listings(topic: "elsewhere").map(\.item.value) == [9])
            #expect(engine.bookInShop(first.item) == nil)
            #expect(engine.bookCount == Book.defaults.count)
            let found = try await engine.current(on: loop).flatMap {
                engine.find(
                    FindQuery(words: FindWords("added"), limit: 9), for: nil, on: loop)
            }.get()
            #expect(found.items.map(\.value) == [9] && found.count == 1)
            let topics = try await engine.topicLists(on: loop, for: nil).get()
            #expect(try topics.page(.name, after: nil, limit: 9).map(\.topic).contains("elsewhere"))
        }
    }

    /// A thousand readers, each of which must see what was sold before it asked, while both sell.
    @Test func noReadIsOlderThanItsQuestion() async throws {
        try await withCatalog([try book(1, stock: 10_000)]) { engine, other, loop, _ in
            var soldCount: Int64 = 0
            for round in 0..<50 {
                if round % 3 != 2 { try other.sell(1, key: "o\(round)") }
                if round % 3 != 1 {
                    _ = try await engine.update(.sale(of: first.item, key: key("m\(round)")), on: loop).get()
                }
                soldCount += round % 3 == 0 ? 2 : 1
                let least = soldCount
                try await withThrowingTaskGroup(of: Int64.self) { group in
                    for _ in 0..<20 {
                        group.addTask {
                            try await engine.current(on: loop).get()
                            return try engine.book(first.item).stock
                        }
                    }
                    for try await stock in group { #expect(stock == 10_000 - least) }
                }
            }
        }
    }

    /// Runs `body` with a catalog at a server of its own, which is the first of `hosts`.
    private func withCatalog(
        at server: PostgresServer, hosts: [PostgresServer],
        _ body: (CatalogEngine, any EventLoop) async throws -> Void
    ) async throws {
        try await withTemporaryFolder { path in
            let folders = hosts.map(\.folder).joined(separator: ",")
            let url = "postgresql:///\(try server.newDatabase())?host=\(folders)&user=store"
            let folder = CatalogFolder(path: path, kind: .postgresql, url: url)
            for made in [folder.data, path + "/output"] {
                try FileManager.default.createDirectory(atPath: made, withIntermediateDirectories: true)
            }
            try await withLoops(count: 1) { loops in
                try await folder.withEngine { try await body($0, loops.slots[0].eventLoop) }
            }
        }
    }

    @Test func aCatalogThatIsCutOffSaysSo() async throws {
        let server = try PostgresServer()
        try await withCatalog(at: server, hosts: [server]) { engine, loop in
            try await engine.current(on: loop).get()
            try server.send(SIGQUIT)
            try await eventually("the catalog says that it cannot know") {
                do {
                    try await engine.current(on: loop).get()
                    return false
                } catch StoreError.unavailable(_, .databaseFault, outcomeUnknown: false) {
                    return true
                }
            }
            try server.start()
            try await eventually("the catalog reads again") {
                (try? await engine.current(on: loop).get()) != nil
            }
            #expect(try engine.book(first.item).stock == first.stock)
        }
    }

    /// Its sessions ended while nobody asked: the first who asks is answered, with what others have sold since.
    @Test func anIdleCatalogAnswersTheFirstWhoAsks() async throws {
        try await withCatalog { engine, other, loop, database in
            try await engine.current(on: loop).get()
            for round: Int64 in 1...3 {
                try PostgresServer.shared.endSessions(of: database)
                try other.sell(1, key: "\(round)")
                try await engine.current(on: loop).get()
                #expect(try engine.book(first.item).stock == first.stock - round)
            }
        }
    }

    /// Its server has ended while nobody changes anything: the catalog notices by itself, and connects to another.
    @Test func anIdleCatalogConnectsAnew() async throws {
        let old = try PostgresServer()
        let new = try PostgresServer(standbyOf: old)
        try await withCatalog(at: old, hosts: [old, new]) { engine, loop in
            _ = try await engine.update(.sale(of: first.item, key: key("a")), on: loop).get()
            // Frozen, it goes on taking what is sent.
            let backends = try old.sql(
                "SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'bookstore%'", in: "postgres"
            ).compactMap { pid_t($0) }
            let all = backends + [try old.pid]
            for pid in all { kill(pid, SIGSTOP) }
            defer { for pid in all { kill(pid, SIGCONT) } }
            try new.promote()
            try await eventually("the catalog has noticed") { !engine.takesUpdates }
            try await eventually("the catalog takes changes again") { engine.takesUpdates }
            let outcome = try await engine.update(.sale(of: first.item, key: key("a")), on: loop).get()
            guard case .applied(sale: _, replayed: true) = outcome else {
                Issue.record("the new primary has another sale: \(outcome)")
                return
            }
        }
    }

    /// Its standby has taken over, and nobody has told the old primary: it goes on answering.
    @Test func anOldPrimaryIsNotBelieved() async throws {
        let old = try PostgresServer()
        let new = try PostgresServer(standbyOf: old)
        try await withCatalog(at: old, hosts: [old, new]) { engine, loop in
            _ = try await engine.update(.sale(of: first.item, key: key("a")), on: loop).get()
            try await engine.current(on: loop).get()
            _ = try await engine.read(on: loop) { try $0.receipt(of: key("a")) }.get()
            try new.promote()
            await #expect(throws: StoreError.self) {
                try await engine.read(on: loop) { try $0.receipt(of: key("a")) }.get()
            }
            await #expect(throws: StoreError.self) { try await engine.current(on: loop).get() }
            try await eventually("the catalog reads from the new primary") {
                (try? await engine.current(on: loop).get()) != nil
            }
            #expect(try engine.book(first.item).stock == first.stock - 1)
            // Nor is a sale that only the old one has.
            let sale = StockChange.sale(of: first.item, key: key("b"))
            await #expect(throws: StoreError.self) { try await engine.update(sale, on: loop).get() }
            try await eventually("the catalog sells at the new primary") {
                (try? await engine.update(sale, on: loop).get()) != nil
            }
            try await engine.current(on: loop).get()
            #expect(try engine.book(first.item).stock == first.stock - 2)
        }
    }

    /// A database that has forgotten what memory shows, as after an asynchronous standby has taken over.
    @Test func memoryForgetsWhatTheDatabaseForgot() async throws {
        try await withCatalog { engine, other, loop, _ in
            _ = try await engine.update(.sale(of: first.item, key: key("a")), on: loop).get()
            #expect(try engine.book(first.item).stock == first.stock - 1)
            try other.run(
                """
                SET session_replication_role = replica;
                DELETE FROM movement; UPDATE ledger SET sale = 0, sequence = 0;
                UPDATE book SET stock = opening_stock, sold = 0, last_movement = 0
                """)
            try await engine.current(on: loop).get()
            #expect(try engine.book(first.item).stock == first.stock)
        }
    }
}
