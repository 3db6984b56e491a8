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

/// A minimal catalog of the contract over the real engine: it neither keeps keys nor numbers sales,
/// like a catalog of another make.
private struct PlainCatalog: CatalogInFront {
    let engine: CatalogEngine

    func keepsLedger(on slot: LoopSlot) -> Bool { false }

    func update(_ change: StockChange, context: CallContext) -> EventLoopFuture<UpdateOutcome> {
        let keyless = StockChange(item: change.item, price: change.price, units: change.units)
        return engine.update(keyless, context: context)
    }

    func sales(
        after sale: SalePosition, limit: Int, context: CallContext
    ) -> EventLoopFuture<[LedgerSale]?> {
        context.slot.eventLoop.makeSucceededFuture(nil)
    }
}

/// Purchases at a catalog without a ledger: here the order store alone remembers the keys.
@Suite struct PlainCatalogTests {
    private func withPlainShop(_ folder: ShopFolder, _ body: (Shop) async throws -> Void) async throws {
        try await withLoops(count: 4) { loops in
            try await folder.withCatalog { catalog in
                try await folder.withOrders(of: PlainCatalog(engine: catalog)) { orders in
                    try await body(Shop(folder: folder, catalog: catalog, orders: orders, loops: loops))
                }
            }
        }
    }

    @Test func aRefusalAfterTheSaleHasUnknownOutcome() async throws {
        try await withShopFolder { folder in
            try await withPlainShop(folder) { shop in
                shop.orders.abandon()
                await #expect(
                    throws: StoreError.unavailable(tier: "order", reason: .stopping, outcomeUnknown: true)
                ) { try await shop.outcome(first, "a") }
                let left = try shop.catalog.book(first.item).stock
                #expect(left == first.stock - 1)
            }
        }
    }

    @Test(.onEachStore) func aKeyIsRememberedThroughARestart() async throws {
        try await withShopFolder { folder in
            try await withPlainShop(folder) { shop in
                for _ in 0..<2 { #expect(try await shop.outcome(first, "a") == .success) }
                _ = try await shop.outcome(first, "b")
                _ = try await shop.outcome(first, "c")
                #expect(try await shop.outcome(first, "late") == .failed)
                let restock = StockChange(item: first.item, units: 5)
                _ = try await shop.catalog.update(restock, on: shop.loops.slots[0].eventLoop).get()
            }
            try await withPlainShop(folder) { shop in
                let outcomes = try await [shop.outcome(first, "a"), shop.outcome(first, "late")]
                #expect(outcomes == [.success, .failed])
                await #expect(throws: StoreError.keyReused) { try await shop.outcome(second, "a") }
                await #expect(throws: StoreError.keyReused) { try await shop.outcome(second, "late") }
                #expect(try shop.catalog.book(first.item).stock == 5)
            }
            #expect(try folder.orderLines() == Array(repeating: "bought book 1", count: 3))
        }
    }

    @Test(.onEachStore) func comparesThePriceLimitWithTheQuery() async throws {
        try await withShopFolder { folder in
            try await withPlainShop(folder) { shop in
                let limit = first.price
                let risen = try #require(Cents(limit.amount + 1))
                #expect(try await shop.outcome(first, "a", priceMax: limit) == .success)
                try await shop.reprice(first, to: risen)
                let refusal = StoreError.aboveLimit(first.item, price: risen, limit: limit)
                await #expect(throws: refusal) { try await shop.outcome(first, "b", priceMax: limit) }
                // The key that has sold repeats its answer; the other may be used with another limit.
                #expect(try await shop.outcome(first, "a", priceMax: limit) == .success)
                #expect(try await shop.outcome(first, "b", priceMax: risen) == .success)
                #expect(try shop.catalog.book(first.item).stock == 1)
            }
            #expect(try folder.catalogLines().count { $0 == "update,1,na,-1" } == 2)
        }
    }

    @Test(.onEachStore) func aSoldOutBookIsNotUpdated() async throws {
        try await withShopFolder { folder in
            try await withPlainShop(folder) { shop in
                for name in ["a", "b", "c", "d"] { _ = try await shop.outcome(first, name) }
            }
            let lines = try folder.catalogLines().dropFirst(4)
            #expect(lines.count { $0 == "query_by_item,1" } == 4)
            #expect(lines.count { $0 == "update,1,na,-1" } == 3)
        }
    }

    @Test(.onEachStore) func simultaneousDuplicatesAreOnePurchase() async throws {
        try await withShopFolder { folder in
            try await withPlainShop(folder) { shop in
                let outcomes = try await withThrowingTaskGroup(of: PurchaseOutcome.self) { group in
                    for copy in 0..<32 {
                        group.addTask { try await shop.outcome(second, "one", slot: copy % 4) }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(outcomes == Array(repeating: .success, count: 32))
                #expect(try shop.catalog.book(second.item).stock == 2)
            }
            #expect(try folder.orderLines() == ["bought book 2"])
        }
    }

    @Test(.onEachStore) func manyBuyersOfTheLastUnits() async throws {
        try await withShopFolder { folder in
            try await withPlainShop(folder) { shop in
                let outcomes = try await withThrowingTaskGroup(of: PurchaseOutcome.self) { group in
                    for buyer in 0..<64 {
                        group.addTask { try await shop.outcome(second, "buyer \(buyer)", slot: buyer % 4) }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(outcomes.count { $0 == .success } == 3)
                #expect(try shop.catalog.book(second.item).stock == 0)
            }
            #expect(try folder.orderLines() == Array(repeating: "bought book 2", count: 3))
        }
    }

    @Test(.onEachStore) func aPlainCatalogHasNoLedger() async throws {
        try await withShopFolder { folder in
            try await withPlainShop(folder) { shop in
                #expect(try await shop.outcome(first, "a") == .success)
                let count = try await shop.orders.complete(limit: 10, context: context(shop.loops)).get()
                #expect(count == nil)
            }
        }
    }
}
