import Foundation
import Model
import Monitoring
import NIOCore
import Services
import Storage
import TestSupport
import Testing
import TierHTTP

@testable import Catalog
@testable import Order

/// The real catalog, which gets no update before the promise is fulfilled.
private struct SlowCatalog: CatalogInFront {
    let engine: CatalogEngine
    let isOpen: EventLoopFuture<Void>

    func update(_ change: StockChange, context: CallContext) -> EventLoopFuture<UpdateOutcome> {
        isOpen.hop(to: context.slot.eventLoop).flatMap { engine.update(change, context: context) }
    }
}

/// Whole purchases: the order engine over the real catalog, in one process.
@Suite struct OrderEngineTests {
    private func error(of purchase: @autoclosure () async throws -> PurchaseOutcome) async throws
        -> StoreError?
    {
        do {
            let outcome = try await purchase()
            Issue.record("answered \(outcome)")
            return nil
        } catch let error as StoreError {
            return error
        }
    }

    @Test(.onEachStore) func aPurchaseIsLoggedByBothTiers() async throws {
        try await withShop { shop in
            let outcome = try await shop.outcome(second, "a")
            #expect(outcome == .success)
            #expect(try shop.folder.orderLines() == ["bought book 2"])
            // The query is written at the latest with the update after it.
            #expect(try shop.folder.catalogLines().suffix(2) == ["query_by_item,2", "update,2,na,-1"])
        }
    }

    @Test(.onEachStore) func aSoldOutBookIsOnlyQueried() async throws {
        try await withShop { shop in
            let outcomes = try await [
                shop.outcome(first, "a"), shop.outcome(first, "b"), shop.outcome(first, "c"),
                shop.outcome(first, "d"),
            ]
            #expect(outcomes == [.success, .success, .success, .failed])
            #expect(try shop.folder.orderLines() == Array(repeating: "bought book 1", count: 3))
            try await eventually("the last query's line") {
                try shop.folder.catalogLines().dropFirst(4) == [
                    "query_by_item,1", "update,1,na,-1", "query_by_item,1", "update,1,na,-1",
                    "query_by_item,1", "update,1,na,-1", "query_by_item,1",
                ]
            }
        }
    }

    @Test(.onEachStore) func aKeyGetsItsFirstAnswerAgain() async throws {
        try await withShop { shop in
            for _ in 0..<3 {
                let outcome = try await shop.outcome(first, "a")
                #expect(outcome == .success)
            }
            #expect(try shop.folder.orderLines() == ["bought book 1"])
            #expect(try shop.catalog.book(first.item).stock == 2)

            // A refusal is repeated, too, although there is stock again.
            _ = try await shop.outcome(first, "b")
            _ = try await shop.outcome(first, "c")
            #expect(try await shop.outcome(first, "late") == .failed)
            let restock = StockChange(item: first.item, units: 5)
            _ = try await shop.catalog.update(restock, on: shop.loops.slots[0].eventLoop).get()
            #expect(try await shop.outcome(first, "late") == .failed)
            #expect(try await shop.outcome(first, "new") == .success)
        }
    }

    @Test(.onEachStore) func aKeyIsBoundToOneBook() async throws {
        try await withShop { shop in
            let outcome = try await shop.outcome(first, "a")
            #expect(outcome == .success)
            #expect(try await error(of: await shop.outcome(second, "a")) == .keyReused)
            #expect(try shop.catalog.book(second.item).stock == 3)
            #expect(try shop.folder.orderLines() == ["bought book 1"])
        }
    }

    @Test(.onEachStore) func anUnknownBookSpendsNoKey() async throws {
        let unknown = Book(
            item: try #require(ItemNumber(99)), title: "t", topic: "t", price: first.price, stock: 1)
        try await withShop { shop in
            let refused = try await error(of: await shop.outcome(unknown, "a"))
            #expect(refused == .unknownItem(unknown.item))
            #expect(try await shop.outcome(first, "a") == .success)
        }
    }

    @Test(.onEachStore) func manyBuyersOfTheLastUnits() async throws {
        try await withShop { shop in
            let outcomes = try await withThrowingTaskGroup(of: PurchaseOutcome.self) { group in
                for buyer in 0..<64 {
                    group.addTask { try await shop.outcome(second, "buyer \(buyer)", slot: buyer % 4) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.count { $0 == .success } == 3)
            #expect(outcomes.count { $0 == .failed } == 61)
            #expect(try shop.folder.orderLines() == Array(repeating: "bought book 2", count: 3))
            #expect(try shop.folder.catalogLines().count { $0 == "update,2,na,-1" } == 3)
            #expect(try shop.catalog.book(second.item).stock == 0)
        }
    }

    @Test(.onEachStore) func simultaneousDuplicatesAreOnePurchase() async throws {
        try await withShop { shop in
            for round in 0..<3 {
                let outcomes = try await withThrowingTaskGroup(of: PurchaseOutcome.self) { group in
                    for copy in 0..<32 {
                        group.addTask { try await shop.outcome(second, "round \(round)", slot: copy % 4) }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(outcomes == Array(repeating: .success, count: 32))
                let soldCount = round + 1
                #expect(try shop.folder.orderLines().count == soldCount)
                #expect(try shop.catalog.book(second.item).stock == 3 - Int64(soldCount))
            }
        }
    }

    @Test(.onEachStore) func waitsForItsKeyUntilTheDeadline() async throws {
        try await withShopFolder { folder in
            try await withLoops { loops in
                try await folder.withCatalog { catalog in
                    let open = loops.slots[0].eventLoop.makePromise(of: Void.self)
                    let slow = SlowCatalog(engine: catalog, isOpen: open.futureResult)
                    try await folder.withOrders(of: slow) { orders in
                        let key = orderKey("a")
                        let waiting = orders.buy(first.item, key: key, context: context(loops))
                        let late = CallContext(
                            slot: loops.slots[1], trace: context(loops).trace, deadline: .now())
                        let joined = orders.buy(first.item, key: key, context: late)
                        await #expect(throws: StoreError.inProgress) { try await joined.get() }
                        let patient = orders.buy(first.item, key: key, context: context(loops, slot: 1))
                        let other = orders.buy(second.item, key: key, context: context(loops))
                        open.succeed()
                        let outcomes = try await [waiting.get(), patient.get()]
                        #expect(outcomes == [.success, .success])
                        await #expect(throws: StoreError.keyReused) { try await other.get() }
                    }
                }
            }
            #expect(try folder.orderLines() == ["bought book 1"])
        }
    }

    /// The catalog sells before this server's own store is asked, so a refusal there undoes nothing.
    @Test func aRefusalAfterTheSaleHasUnknownOutcome() async throws {
        try await withShop { shop in
            shop.orders.abandon()
            let error = try await error(of: await shop.outcome(first, "a"))
            #expect(error == .unavailable(tier: "order", reason: .stopping, outcomeUnknown: true))
            let left = try shop.catalog.book(first.item).stock
            #expect(left == first.stock - 1)
        }
    }

    @Test(.onEachStore) func aTooLowLimitLeavesItsKeyFree() async throws {
        let low = try #require(Cents(first.price.amount - 1))
        let refusal = StoreError.aboveLimit(first.item, price: first.price, limit: low)
        try await withShopFolder { folder in
            try await withLoops { loops in
                try await folder.withCatalog { catalog in
                    let open = loops.slots[0].eventLoop.makePromise(of: Void.self)
                    let slow = SlowCatalog(engine: catalog, isOpen: open.futureResult)
                    try await folder.withOrders(of: slow) { orders in
                        let key = orderKey("a")
                        let poor = orders.buy(first.item, key: key, priceMax: low, context: context(loops))
                        // It waits for the first request, but has its own outcome.
                        let rich = orders.buy(
                            first.item, key: key, priceMax: first.price, context: context(loops, slot: 1))
                        let alike = orders.buy(first.item, key: key, priceMax: low, context: context(loops))
                        open.succeed()
                        await #expect(throws: refusal) { try await poor.get() }
                        let outcome = try await rich.get()
                        #expect(outcome == .success)
                        await #expect(throws: refusal) { try await alike.get() }
                        // The key has sold, so that is its answer with any limit.
                        let again = try await orders.buy(
                            first.item, key: key, priceMax: low, context: context(loops)
                        ).get()
                        #expect(again == .success)
                    }
                }
            }
            #expect(try folder.orderLines() == ["bought book 1"])
        }
    }

    @Test(.onEachStore) func aKeyIsFreeAgainAfterItsPurchaseFails() async throws {
        let unknown = try #require(ItemNumber(99))
        try await withShopFolder { folder in
            try await withLoops { loops in
                try await folder.withCatalog { catalog in
                    let open = loops.slots[0].eventLoop.makePromise(of: Void.self)
                    let slow = SlowCatalog(engine: catalog, isOpen: open.futureResult)
                    try await folder.withOrders(of: slow) { orders in
                        let lost = orders.buy(unknown, key: orderKey("a"), context: context(loops))
                        let next = orders.buy(
                            first.item, key: orderKey("a"), context: context(loops, slot: 1))
                        open.succeed()
                        await #expect(throws: StoreError.unknownItem(unknown)) { try await lost.get() }
                        let outcome = try await next.get()
                        #expect(outcome == .success)
                    }
                }
            }
            #expect(try folder.orderLines() == ["bought book 1"])
        }
    }

    @Test(.onEachStore) func oneKeySellsOneOfTwoBooks() async throws {
        try await withShop { shop in
            let results = await withTaskGroup(of: (ItemNumber, Result<PurchaseOutcome, any Error>).self) {
                group in
                for copy in 0..<32 {
                    group.addTask {
                        let book = copy.isMultiple(of: 2) ? first : second
                        do {
                            return (book.item, .success(try await shop.outcome(book, "one", slot: copy % 4)))
                        } catch {
                            return (book.item, .failure(error))
                        }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            // Either book may come first, but all answers agree.
            let sold = try #require(results.first { (try? $1.get()) != nil }).0
            for (item, result) in results {
                switch result {
                case .success(let outcome):
                    #expect(outcome == .success)
                    #expect(item == sold)
                case .failure(let error):
                    #expect(error as? StoreError == .keyReused)
                    #expect(item != sold)
                }
            }
            #expect(results.count { (try? $1.get()) != nil } == 16)
            #expect(try shop.folder.orderLines() == ["bought book \(sold)"])
        }
    }

    @Test(.onEachStore) func salesThatWereMissedAreCompleted() async throws {
        try await withShop([Book(item: first.item, title: "t", topic: "t", price: first.price, stock: 100)]) {
            shop in
            let loop = shop.loops.slots[0].eventLoop
            // Sold at the catalog, as when the order server dies before it records the sales.
            for number in 0..<25 {
                _ = try await shop.catalog.update(
                    .sale(of: first.item, key: orderKey("k\(number)")), on: loop
                ).get()
            }
            // The client has already repeated one in the middle.
            #expect(try await shop.outcome(first, "k13") == .success)
            var counts: [Int?] = []
            repeat {
                counts.append(try await shop.orders.complete(limit: 10, context: context(shop.loops)).get())
            } while counts.last == 10
            #expect(counts == [10, 10, 5])
            #expect(try await shop.orders.complete(limit: 10, context: context(shop.loops)).get() == 0)
            #expect(try shop.folder.orderLines() == Array(repeating: "bought book 1", count: 25))
            for number in 0..<25 { #expect(try await shop.outcome(first, "k\(number)") == .success) }
            #expect(try shop.folder.orderLines().count == 25)
            #expect(try shop.catalog.book(first.item).stock == 75)
        }
    }
}
