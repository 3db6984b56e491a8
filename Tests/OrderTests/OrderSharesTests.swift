import Foundation
import Model
import Services
import Storage
import TestSupport
import Testing
import TierHTTP

@testable import Catalog
@testable import Monitoring
@testable import Order

/// Customers' orders at the order server: each recorded once, with a line for each copy.
@Suite struct OrderSharesTests {
    private static let third = Book.defaults[2]
    private static let lines = [
        "bought book 1", "bought book 2", "bought book 2", "bought book 3", "cancelled book 1",
        "cancelled book 2", "cancelled book 2", "returned book 3",
    ]

    private static let threeOfEach = [1, 1, 1, 2, 2, 2].map { "bought book \($0)" }

    private func order(_ key: String, _ lines: [(Book, Int64)]) throws -> NewOrder {
        try NewOrder(
            key: orderKey(key), lines: lines.map { OrderLine(item: $0.0.item, copies: $0.1) })
    }

    private func share(_ order: Int64, _ state: OrderState, _ lines: [(Book, Int64)]) -> OrderShare {
        OrderShare(
            order: order, state: state, lines: lines.map { OrderLine(item: $0.0.item, copies: $0.1) })
    }

    private func place(_ order: NewOrder, in shop: Shop, slot: Int = 0) async throws -> PlacedOrder {
        try await shop.orders.order(order, context: context(shop.loops, slot: slot)).get()
    }

    private func step(_ order: Int64, _ state: OrderState, in shop: Shop) async throws {
        let request = KeeperRequest(.step(OrderStep(order: order, state: state)))
        _ = try await shop.catalog.step(.keeper(request), on: shop.loops.slots[0].eventLoop).get()
    }

    private func complete(_ shop: Shop) async throws {
        while try await shop.orders.complete(limit: 2, context: context(shop.loops)).get() == 2 {}
    }

    private func listing(_ shop: Shop) async throws -> [OrderListing] {
        try await shop.orders.read(on: shop.loops.slots[0].eventLoop) {
            try $0.orders(before: .max, limit: 9)
        }.get()
    }

    @Test(.onEachStore) func anOrderIsOneRecordWithALineACopy() async throws {
        try await withShop { shop in
            let wanted = try order("o", [(second, 2), (first, 1)])
            for _ in 1...2 {
                let placed = try await place(wanted, in: shop)
                #expect(placed.number == 1 && placed.state == .placed && placed.totalCents == 50_00)
                #expect(placed.lines.map(\.title) == [first.title, second.title])
            }
            #expect(try shop.folder.orderLines() == Array(Self.lines[..<3]))
            #expect(try shop.folder.catalogLines().suffix(2) == ["update,1,na,-1", "update,2,na,-2"])
            let short = ShortLine(item: second.item, wanted: 2, stock: 1)
            await #expect(throws: StoreError.short([short])) {
                try await place(order("p", [(first, 1), (second, 2)]), in: shop)
            }
            await #expect(throws: StoreError.keyReused) {
                try await place(order("o", [(first, 1)]), in: shop)
            }
            #expect(try shop.folder.orderLines().count == 3)
            let bought = try await shop.outcome(second, "buy")
            #expect(bought == .success)
            let listed = try await listing(shop)
            let placed = share(1, .placed, [(first, 1), (second, 2)])
            #expect(listed.map(\.share) == [nil, placed])
            #expect(listed.map(\.key.text) == ["buy", "o"] && listed.map(\.sale) == [2, 1])
        }
    }

    @Test(.onEachStore) func manyWantTheLastCopies() async throws {
        try await withShop { shop in
            let placed = await withTaskGroup(of: PlacedOrder?.self) { group in
                for buyer in 0..<32 {
                    group.addTask {
                        let lines = buyer.isMultiple(of: 2) ? [first, second] : [second, first]
                        return try? await place(
                            order("buyer \(buyer / 2)", lines.map { ($0, 1) }), in: shop, slot: buyer % 4)
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            // Each of three keys came twice.
            #expect(Set(placed.compactMap { $0?.number }) == [1, 2, 3] && placed.count { $0 != nil } == 6)
            let lines = try shop.folder.orderLines().sorted()
            #expect(lines == Self.threeOfEach)
            #expect(try shop.catalog.book(first.item).stock == 0)
        }
    }

    /// A shop with orders, of which one was cancelled and one returned, as the ledger tells of it.
    private func withUsedShop(_ body: (Shop) async throws -> Void) async throws {
        try await withShop { shop in
            try await use(shop)
            try await body(shop)
        }
    }

    private func use(_ shop: Shop) async throws {
        _ = try await place(order("o", [(first, 1), (second, 2)]), in: shop)
        _ = try await place(order("p", [(Self.third, 1)]), in: shop)
        try await step(1, .cancelled, in: shop)
        try await step(2, .handedOver, in: shop)
        try await step(2, .returned, in: shop)
        try await complete(shop)
    }

    @Test(.onEachStore) func whatIsPutBackIsRecordedFromTheLedger() async throws {
        try await withUsedShop { shop in
            #expect(try shop.folder.orderLines() == Self.lines)
            let listed = try await listing(shop)
            let shares = [
                share(2, .returned, [(Self.third, 1)]), share(1, .cancelled, [(first, 1), (second, 2)]),
                share(2, .placed, [(Self.third, 1)]), share(1, .placed, [(first, 1), (second, 2)]),
            ]
            #expect(listed.map(\.share) == shares)
            #expect(listed.map(\.key.text) == ["p", "o", "p", "o"] && listed.map(\.sale) == [4, 3, 2, 1])
            let total = PrometheusText.render(shop.orders.samples())
            #expect(total.contains("\nbookstore_orders_total 2\n"), "\(total)")
            // A second time there is nothing to record, and the key answers the order as it is.
            try await complete(shop)
            let again = try await place(order("o", [(first, 1), (second, 2)]), in: shop)
            #expect(again.state == .cancelled)
            #expect(try shop.folder.orderLines() == Self.lines)
        }
    }

    @Test(.onEachStore) func salesThatWereMissedAreCompleted() async throws {
        try await withShop { shop in
            let loop = shop.loops.slots[0].eventLoop
            for number in 1...3 {
                _ = try await shop.catalog.order(order("o\(number)", [(first, 1), (second, 1)]), on: loop)
                    .get()
            }
            // The client has already repeated the one in the middle.
            _ = try await place(order("o2", [(first, 1), (second, 1)]), in: shop)
            try await complete(shop)
            let lines = try shop.folder.orderLines().sorted()
            #expect(lines == Self.threeOfEach)
            let sales = try await listing(shop).map(\.sale)
            #expect(sales == [3, 1, 2])
        }
    }

    /// Cuts the log at every third byte: also between the lines of one record.
    @Test(.onEachStore) func aCutAnywhereIsRepaired() async throws {
        try await withShopFolder { folder in
            try await withLoops { loops in
                try await folder.withCatalog { catalog in
                    try await folder.withOrders(of: catalog) { orders in
                        let shop = Shop(folder: folder, catalog: catalog, orders: orders, loops: loops)
                        try await use(shop)
                    }
                    let whole = try Data(contentsOf: URL(fileURLWithPath: folder.orderLog))
                    let inode = try #require(try folder.withStore { try $0.logMark() }).position.inode
                    for byteCount in stride(from: 0, through: whole.count, by: 3) {
                        let handle = try #require(FileHandle(forWritingAtPath: folder.orderLog))
                        try handle.truncate(atOffset: 0)
                        try handle.write(contentsOf: whole[..<byteCount])
                        try handle.close()
                        try folder.withStore { store in
                            let start = OperationLog.Position(inode: inode, offset: 0)
                            try store.save(LogMark(position: start, sequence: 0))
                        }
                        try await folder.withOrders(of: catalog) { _ in }
                        try #require(try folder.orderLines() == Self.lines, "cut at byte \(byteCount)")
                    }
                }
            }
        }
    }

    /// A power cut took the database back, and a part of a record's lines.
    @Test func linesThatAreThereAreNotWrittenAgain() async throws {
        try await withShopFolder { folder in
            try await withLoops { loops in
                try await folder.withCatalog { catalog in
                    try await folder.withOrders(of: catalog) { orders in
                        let shop = Shop(folder: folder, catalog: catalog, orders: orders, loops: loops)
                        _ = try await place(order("o", [(first, 1), (second, 2)]), in: shop)
                    }
                    for suffix in ["", "-wal", "-shm"] {
                        try? FileManager.default.removeItem(atPath: folder.orderDatabase + suffix)
                    }
                    let handle = try #require(FileHandle(forWritingAtPath: folder.orderLog))
                    try handle.truncate(atOffset: UInt64("bought book 1\nbought book 2\nbou".utf8.count))
                    try handle.close()
                    try await folder.withOrders(of: catalog) { orders in
                        #expect(orders.unclaimedLogLineCount == 2)
                        let shop = Shop(folder: folder, catalog: catalog, orders: orders, loops: loops)
                        try await complete(shop)
                        #expect(orders.unclaimedLogLineCount == 0)
                    }
                    #expect(try folder.orderLines() == Array(Self.lines[..<3]))
                }
            }
        }
    }

    @Test(.onEachStore) func theSameKeyWithOtherLinesContradicts() async throws {
        try await withShopFolder { folder in
            try folder.withStore { store in
                let record = { (sale: Int64, share: OrderShare?) in
                    OrderRecord(
                        key: orderKey("o"), item: first.item,
                        origin: .ledgerEarlier(SalePosition(ledger: 7, number: sale)), share: share)
                }
                let placed = share(1, .placed, [(first, 2)])
                let batch = try store.commitUnlogged([record(1, placed), record(1, placed), record(2, nil)])
                #expect(batch.results == [.success(.success), .success(.success), .failure(.keyReused)])
                let other = try store.commitUnlogged([
                    record(3, share(1, .placed, [(first, 1)])), record(1, placed),
                ])
                #expect(other.results == [.failure(.keyReused), .success(.success)])
                #expect(store.putBackCount == 0 && store.lastNumber == 1)
                // Nor is it a purchase of the order's first book.
                let known = try #require(try store.outcome(of: orderKey("o")))
                #expect(known.item == nil && known.outcome == .success)
            }
        }
    }
}
