import Foundation
import Model
import Monitoring
import NIOCore
import Services
import Storage
import Synchronization
import TestSupport
import Testing
import TierHTTP

@testable import Catalog
@testable import Order

/// A catalog that counts what it is asked about its ledger.
private final class CountedCatalog: CatalogInFront {
    let engine: CatalogEngine
    private let rounds = Atomic<Int>(0)
    private let sales = Atomic<Int>(0)

    init(_ engine: CatalogEngine) { self.engine = engine }

    /// Questions for sales.
    var roundCount: Int { rounds.load(ordering: .relaxed) }
    /// Sales that the answers had.
    var saleCount: Int { sales.load(ordering: .relaxed) }

    func sales(
        after sale: SalePosition, limit: Int, context: CallContext
    ) -> EventLoopFuture<[LedgerSale]?> {
        engine.sales(after: sale, limit: limit, context: context).map { found in
            self.rounds.add(1, ordering: .relaxed)
            self.sales.add(found?.count ?? 0, ordering: .relaxed)
            return found
        }
    }
}

/// Several order servers over one database: each sale is recorded once, and has one line over all their logs.
@Suite struct OrderReplicaTests {
    private static let otherItem = second.item

    /// Runs `body` with the folders of two order servers over one new database, and of one catalog.
    private func withReplicas(_ body: (ShopFolder, ShopFolder) async throws -> Void) async throws {
        try await StoreKind.$current.withValue(.postgresql) {
            try await withShopFolder { one in
                let two = ShopFolder(path: one.path + "/second", kind: one.kind, url: one.url)
                for made in [two.orderData, two.path + "/output"] {
                    try FileManager.default.createDirectory(atPath: made, withIntermediateDirectories: true)
                }
                try await body(one, two)
            }
        }
    }

    @Test func eachLogHasWhatItsServerRecorded() async throws {
        try await withReplicas { one, two in
            try one.withStore { first in
                try two.withStore { second in
                    try first.commitUnlogged([.sale(1, "a"), .sale(4, "d")])
                    try second.commitUnlogged([.sale(2, "b", Self.otherItem)])
                    // One of them is there: the others are stored.
                    let batch = try second.commitUnlogged([
                        .sale(4, "d"), .sale(3, "c", Self.otherItem), .sale(1, "a"),
                    ])
                    #expect(batch.results == [.success(.success), .success(.success), .success(.success)])
                    #expect(batch.added.map(\.key.text) == ["c"])
                    #expect(first.lastNumber == 2 && second.lastNumber == 2)
                    // All of them are in the listing, the newest first.
                    #expect(try first.orders(before: .max, limit: 9).map(\.key.text) == ["c", "b", "d", "a"])
                }
            }
            let orders = try PostgresOrderSnapshot.read(at: StoreURL(parsing: one.url)).orders
            #expect(orders.map(\.log) == [1, 1, 2, 2])
        }
    }

    @Test func theLogOfAnotherIsCompleted() async throws {
        try await withReplicas { one, two in
            try one.withStore { try $0.commitUnlogged([.sale(1, "a")]) }
            try two.withStore { try $0.commitUnlogged([.sale(2, "b", Self.otherItem), .sale(3, "c")]) }
            let url = try StoreURL(parsing: one.url)
            for _ in 0..<2 {
                try PostgresOrderStore.completeLog(2, of: url, at: two.orderLog, logger: silent)
                #expect(try two.orderLines() == ["bought book 2", "bought book 1"])
            }
        }
    }

    /// Two servers record the same sales at once, in either order.
    @Test func whatBothRecordAtOnceIsRecordedOnce() async throws {
        try await withReplicas { one, two in
            let first = try one.openOrders()
            let second = try two.openOrders()
            defer { for store in [first, second] { try? store.close() } }
            let records = (1...400).map { OrderRecord.sale(Int64($0), "\($0)") }
            let added = try await withThrowingTaskGroup(of: [String].self) { group in
                for (store, records) in [(first, records), (second, records.reversed())] {
                    group.addTask {
                        try await onThread {
                            var added: [String] = []
                            for start in stride(from: 0, to: records.count, by: 10) {
                                let batch = try store.commitUnlogged(Array(records[start..<start + 10]))
                                for result in batch.results { #expect(try result.get() == .success) }
                                added += batch.added.map(\.key.text)
                            }
                            return added
                        }
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(added.count == 400 && Set(added).count == 400)
            for store in [first, second] {
                #expect(try store.knownThrough == SalePosition(ledger: 7, number: 400))
            }
            // No number of a log is left out.
            #expect(first.lastNumber + second.lastNumber == 400)
        }
    }

    /// Runs `body` with two order servers over one catalog.
    private func withServers(
        _ body: (Shop, Shop, [CountedCatalog]) async throws -> Void
    ) async throws {
        try await withReplicas { one, two in
            try await withLoops(count: 2) { loops in
                let book = Book(
                    item: first.item, title: "t", topic: "t", price: first.price, stock: 10_000)
                try await one.withCatalog([book]) { catalog in
                    let counted = [CountedCatalog(catalog), CountedCatalog(catalog)]
                    try await one.withOrders(of: counted[0]) { first in
                        try await two.withOrders(of: counted[1]) { second in
                            try await body(
                                Shop(folder: one, catalog: catalog, orders: first, loops: loops),
                                Shop(folder: two, catalog: catalog, orders: second, loops: loops), counted)
                        }
                    }
                }
            }
        }
    }

    @Test func oneKeyAtBothSellsOnce() async throws {
        try await withServers { one, two, _ in
            for number in 0..<50 {
                async let here = one.outcome(first, "\(number)")
                async let there = two.outcome(first, "\(number)", slot: 1)
                let outcomes = try await [here, there]
                #expect(outcomes == [.success, .success])
            }
            let left = try one.catalog.book(first.item).stock
            #expect(left == 9_950)
            let lineCount = try one.folder.orderLines().count + two.folder.orderLines().count
            #expect(lineCount == 50)
        }
    }

    /// Sales that nobody recorded are completed by whoever finds them, within two rounds, and by one only.
    @Test func whatADeadServerSoldIsCompleted() async throws {
        try await withServers { one, two, counted in
            let followers = [one, two].enumerated().map { index, shop in
                let slot = shop.loops.slots[index]
                return LedgerFollower(engine: shop.orders, slot: slot, logger: silent) {
                    slot.eventLoop.makeSucceededVoidFuture()
                }
            }
            for follower in followers { follower.start() }
            defer { for follower in followers { follower.stop() } }
            try await eventually("both follow") { counted.allSatisfy { $0.roundCount > 0 } }
            let before = counted.map(\.roundCount)
            for number in 0..<20 {
                let sale = StockChange.sale(of: first.item, key: orderKey("dead \(number)"))
                _ = try await one.catalog.update(sale, on: one.loops.slots[0].eventLoop).get()
            }
            try await eventually("all sales are recorded") {
                try one.folder.orderLines().count + two.folder.orderLines().count >= 20
            }
            // One in which they are seen, one in which they are completed, and one that was under way.
            for (catalog, before) in zip(counted, before) { #expect(catalog.roundCount <= before + 4) }
            let after = counted.map(\.roundCount)
            try await eventually("both have looked again") {
                zip(counted, after).allSatisfy { $0.roundCount > $1 + 1 }
            }
            #expect(try one.folder.orderLines().count + two.folder.orderLines().count == 20)
            // Each has asked for these alone.
            for catalog in counted { #expect(catalog.saleCount <= 60) }
        }
    }

    /// What others have recorded is asked of the table, and not of the catalog.
    @Test func theLedgerIsNotReadAgain() async throws {
        try await withServers { one, two, counted in
            for number in 0..<300 { try await expectSuccess(one, "\(number)") }
            for shop in [one, two] { try await expectNothingMissing(shop) }
            try await expectSuccess(two, "more")
            for shop in [one, two] { try await expectNothingMissing(shop) }
            #expect(counted.map(\.saleCount) == [0, 0])
        }
    }

    private func expectSuccess(_ shop: Shop, _ key: String) async throws {
        #expect(try await shop.outcome(first, key) == .success)
    }

    private func expectNothingMissing(_ shop: Shop) async throws {
        #expect(try await shop.orders.complete(limit: 1_000, context: context(shop.loops)).get() == 0)
    }

    /// Tables of the version before, with its orders and the mark of its log.
    @Test func earlierTablesAreBroughtForward() async throws {
        try await withReplicas { one, two in
            let server = try PostgresServer.shared
            let database = PostgresServer.database(of: one.url)
            try server.sql(
                """
                CREATE SCHEMA bookstore;
                CREATE TABLE bookstore.version (tier text PRIMARY KEY, number bigint NOT NULL);
                INSERT INTO bookstore.version VALUES ('order', 1);
                CREATE TABLE bookstore.log_mark (
                    tier text PRIMARY KEY, inode bigint NOT NULL, place bigint NOT NULL,
                    sequence bigint NOT NULL);
                INSERT INTO bookstore.log_mark VALUES ('order', 5, 6, 7), ('catalog', 1, 2, 3);
                CREATE FUNCTION bookstore.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN RAISE EXCEPTION 'no' USING ERRCODE = 'restrict_violation'; END $$;
                \(PostgresOrderSchema.schema.versions[0])
                INSERT INTO bookstore.purchase VALUES (1, 'a', 1, 7, 1, 0), (2, 'b', 2, 7, 2, 0);
                """, in: database)
            try one.withStore { store in
                #expect(store.lastNumber == 2)
                #expect(try store.logMark() == LogMark(position: .init(inode: 5, offset: 6), sequence: 7))
                try store.commitUnlogged([.sale(3, "c")])
                #expect(try store.orders(before: .max, limit: 9).map(\.number) == [3, 2, 1])
            }
            #expect(throws: PostgresServer.Failed.self) {
                try server.sql("UPDATE bookstore.purchase SET item_number = 1", in: database)
            }
            try two.withStore { try $0.commitUnlogged([.sale(4, "d")]) }
            let orders = try PostgresOrderSnapshot.read(at: StoreURL(parsing: one.url)).orders
            #expect(orders.map(\.log) == [1, 1, 1, 2])
            #expect(try server.sql("SELECT tier FROM bookstore.log_mark", in: database) == ["catalog"])
        }
    }
}
