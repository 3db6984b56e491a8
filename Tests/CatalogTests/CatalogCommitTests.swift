import Foundation
import GRDB
import Model
import Services
import Storage
import TestSupport
import Testing

@testable import Catalog

/// What a batch of changes does to the books, the ledger and the keys.
@Suite struct CatalogCommitTests {
    @Test(.onEachStore) func changesOfABatchAreIndependent() async throws {
        let unknown = try #require(ItemNumber(99))
        try await withCatalogFolder { folder in
            try folder.withStore { store in
                let batch = try store.commitUnlogged(
                    .sale(of: first.item, key: key("a")), .sale(of: first.item, key: key("b")),
                    .sale(of: unknown, key: key("c")), .sale(of: first.item, key: key("d")),
                    .sale(of: first.item, key: key("e")), StockChange(item: second.item, units: -1))
                #expect(
                    batch.results.map(Self.short) == [
                        "sale 1", "sale 2", "unknown", "sale 3", "refused", "applied",
                    ])
                #expect(
                    batch.executed.map(\.logLine) == [
                        "update,1,na,-1", "update,1,na,-1", "update,1,na,-1", "update,2,na,-1",
                    ])
                #expect(store.book(first.item)?.stock == 0)
                #expect(store.book(second.item)?.stock == 2)
                #expect(try store.movementLines() == batch.executed.map(\.logLine))
            }
            // The disk holds the same state as memory.
            let stored = try folder.withStore { [$0.book(first.item)?.stock, $0.book(second.item)?.stock] }
            #expect(stored == [0, 2])
        }
    }

    @Test(.onEachStore) func stockNeverFallsBelowZero() async throws {
        try await withCatalogFolder { folder in
            try folder.withStore { store in
                let outcomes = try [-4, -3, -1, 2].map { units in
                    try Self.short(store.outcome(of: StockChange(item: first.item, units: units)))
                }
                #expect(outcomes == ["refused", "applied", "refused", "applied"])
                #expect(store.book(first.item)?.stock == 2)
            }
        }
    }

    @Test(.onEachStore) func priceAndStockChangeTogether() async throws {
        let price = try cents(7)
        try await withCatalogFolder { folder in
            try folder.withStore { store in
                let outcome = try store.outcome(of: StockChange(item: first.item, price: price, units: -4))
                #expect(Self.short(outcome) == "refused")
                #expect(store.book(first.item) == first)
                #expect(store.lastMovement == 0)
            }
            try folder.withStore { store in
                #expect(store.book(first.item) == first)
                let applied = StockChange(item: first.item, price: price, units: -2)
                #expect(try Self.short(store.outcome(of: applied)) == "applied")
                #expect(store.book(first.item)?.price == price)
                #expect(store.book(first.item)?.stock == 1)
                // A change of the price leaves the stock, and a change of the stock leaves the price.
                try store.commitUnlogged(StockChange(item: first.item, price: try cents(0)))
                try store.commitUnlogged(StockChange(item: first.item, units: 1))
                #expect(store.book(first.item)?.price == Cents(0))
                #expect(store.book(first.item)?.stock == 2)
            }
        }
    }

    @Test(.onEachStore) func aKeyGetsItsFirstOutcomeAgain() async throws {
        let sale = StockChange.sale(of: first.item, key: key("a"))
        try await withCatalogFolder { folder in
            let position = try folder.withStore { store in
                // Twice in one batch, then in another.
                let batch = try store.commitUnlogged(sale, sale)
                let position = try #require(try store.allSales().first).position
                #expect(
                    batch.results == [
                        .success(.applied(sale: position, replayed: false)),
                        .success(.applied(sale: position, replayed: true)),
                    ])
                #expect(batch.executed == [sale])
                return position
            }
            try folder.withStore { store in
                let again = try store.commitUnlogged(sale)
                #expect(again.results == [.success(.applied(sale: position, replayed: true))])
                #expect(again.executed.isEmpty)
                #expect(store.book(first.item)?.stock == 2)
                #expect(store.lastMovement == 1)
            }
        }
    }

    @Test(.onEachStore) func aKeyedRestockIsReplayed() async throws {
        let restock = StockChange(item: first.item, price: try cents(5), units: 10, key: key("restock"))
        try await withCatalogFolder { folder in
            try folder.withStore { store in
                let outcomes = try [store.outcome(of: restock), store.outcome(of: restock)]
                #expect(outcomes == [false, true].map { .success(.applied(sale: nil, replayed: $0)) })
                #expect(store.book(first.item)?.stock == 13)
            }
        }
    }

    @Test(.onEachStore) func aKeyCannotBeReused() async throws {
        let sale = StockChange.sale(of: first.item, key: key("a"))
        let others = [
            StockChange.sale(of: second.item, key: key("a")),
            StockChange(item: first.item, units: -2, key: key("a")),
            StockChange(item: first.item, price: try cents(5), units: -1, key: key("a")),
            StockChange(item: first.item, price: try cents(5), key: key("a")),
        ]
        try await withCatalogFolder { folder in
            try folder.withStore { store in
                try store.commitUnlogged(sale)
                for other in others { #expect(try store.outcome(of: other) == .failure(.keyReused)) }
                // The same holds for the key of a refusal.
                let refused = StockChange(item: first.item, units: -100, key: key("r"))
                #expect(try Self.short(store.outcome(of: refused)) == "refused")
                #expect(try store.outcome(of: .sale(of: first.item, key: key("r"))) == .failure(.keyReused))
                #expect(try store.outcome(of: .sale(of: second.item, key: key("r"))) == .failure(.keyReused))
                #expect(store.lastMovement == 1)
                #expect(store.book(second.item) == second)
            }
        }
    }

    @Test(.onEachStore) func aRefusalIsRememberedUnderItsKey() async throws {
        let late = StockChange.sale(of: first.item, key: key("late"))
        try await withCatalogFolder { folder in
            try folder.withStore { store in
                try store.commitUnlogged(StockChange(item: first.item, units: -3))
                #expect(try store.outcome(of: late) == .success(.refused(replayed: false)))
                try store.commitUnlogged(StockChange(item: first.item, units: 5))
                #expect(try store.outcome(of: late) == .success(.refused(replayed: true)))
            }
            try folder.withStore { store in
                let outcome = try store.outcome(of: late)
                #expect(outcome == .success(.refused(replayed: true)))
                #expect(store.book(first.item)?.stock == 5)
                // Another key is independent of it.
                #expect(try Self.short(store.outcome(of: .sale(of: first.item, key: key("new")))) == "sale 1")
            }
        }
    }

    @Test(.onEachStore) func anUnknownItemSpendsNoKey() async throws {
        try await withCatalogFolder { folder in
            try folder.withStore { store in
                let unknown = try #require(ItemNumber(ItemNumber.valueMax))
                let lost = StockChange.sale(of: unknown, key: key("a"))
                #expect(try store.outcome(of: lost) == .failure(.unknownItem(unknown)))
                #expect(try Self.short(store.outcome(of: .sale(of: first.item, key: key("a")))) == "sale 1")
            }
        }
    }

    @Test(.onEachStore) func stockHasAnUpperBound() async throws {
        let full = try book(1, stock: Book.stockMax - 1)
        try await withCatalogFolder { folder in
            try folder.withStore([full]) { store in
                let tooMuch = StockChange(item: full.item, price: try cents(1), units: 2, key: key("a"))
                guard case .failure(.invalid) = try store.outcome(of: tooMuch) else {
                    Issue.record("the stock passed its bound")
                    return
                }
                #expect(store.book(full.item) == full)
                #expect(
                    try Self.short(store.outcome(of: StockChange(item: full.item, units: 1))) == "applied")
                #expect(store.book(full.item)?.stock == Book.stockMax)
                guard case .failure(.invalid) = try store.outcome(of: StockChange(item: full.item, units: 1))
                else {
                    Issue.record("the stock passed its bound")
                    return
                }
            }
        }
    }

    @Test func salesAreNumberedWithoutGaps() async throws {
        try await withCatalogFolder { folder in
            try folder.withStore { store in
                try store.commitUnlogged(
                    .sale(of: first.item, key: key("a")),
                    StockChange(item: first.item, units: -9, key: key("r")),
                    StockChange(item: second.item, price: try cents(1)), .sale(of: first.item, key: key("b")))
                // A batch that cannot begin changes nothing, in memory either.
                try folder.sql { database in
                    try database.execute(sql: "BEGIN IMMEDIATE")
                    #expect(throws: DatabaseError.self) {
                        try store.commitUnlogged(.sale(of: first.item, key: key("c")))
                    }
                    try database.execute(sql: "ROLLBACK")
                }
                #expect(store.book(first.item)?.stock == 1)
                #expect(store.lastMovement == 3)
                #expect(try Self.short(store.outcome(of: .sale(of: second.item, key: key("d")))) == "sale 3")
            }
            try folder.withStore { store in
                let outcome = try store.outcome(of: .sale(of: second.item, key: key("e")))
                #expect(Self.short(outcome) == "sale 4")
                #expect(try store.allSales().map(\.position.number) == [1, 2, 3, 4])
            }
        }
    }

    @Test func aFailedBatchChangesNothing() async throws {
        try await withCatalogFolder { folder in
            try folder.withStore { store in
                // A movement behind the store's back uses the number of its second movement.
                try folder.sql { database in
                    try database.execute(
                        sql: """
                            INSERT INTO movement (sequence, item_number, units, stock_after, at_millis)
                            VALUES (2, 4, -1, 2, 0)
                            """)
                }
                #expect(throws: DatabaseError.self) {
                    try store.commitUnlogged(
                        .sale(of: first.item, key: key("a")), .sale(of: second.item, key: key("b")))
                }
                #expect(store.book(first.item) == first)
                #expect(store.book(second.item) == second)
                #expect(try store.allSales().isEmpty)
                let stock = try folder.sql { database in
                    try Int64.fetchAll(database, sql: "SELECT stock FROM book ORDER BY item_number")
                }
                #expect(stock == [3, 3, 3, 3])
            }
        }
    }

    @Test(.onEachStore) func aSaleRespectsItsPriceLimit() async throws {
        let ten = try cents(10_00)
        func sale(_ name: String, _ limit: Int64?) throws -> StockChange {
            .sale(of: first.item, key: key(name), priceMax: try limit.map(cents))
        }
        try await withCatalogFolder { folder in
            try folder.withStore { store in
                // The price changes in the same batch, so the limit is checked in the transaction.
                let batch = try store.commitUnlogged(
                    sale("a", 10_00), StockChange(item: first.item, price: try cents(99_99)),
                    sale("b", 10_00), sale("b", 99_98), sale("c", 99_99), sale("a", 1))
                let risen = StoreError.aboveLimit(first.item, price: try cents(99_99), limit: ten)
                #expect(
                    batch.results.map(Self.short) == [
                        "sale 1", "applied", "\(risen)",
                        "\(StoreError.aboveLimit(first.item, price: try cents(99_99), limit: try cents(99_98)))",
                        "sale 2", "sale 1 again",
                    ])
                #expect(store.book(first.item)?.stock == 1)
                // The key is still free: with another limit, or with none, it buys once.
                #expect(try Self.short(store.outcome(of: sale("b", nil))) == "sale 3")
                #expect(try Self.short(store.outcome(of: sale("b", 10_00))) == "sale 3 again")
                // A sold-out book is refused at any limit, and the key remembers it.
                #expect(try Self.short(store.outcome(of: sale("late", 1))) == "refused")
                try store.commitUnlogged(StockChange(item: first.item, units: 1))
                #expect(try Self.short(store.outcome(of: sale("late", 99_99))) == "refused again")
                #expect(try store.movementLines().count == 5)
            }
        }
    }

    private static func short(_ result: Result<UpdateOutcome, StoreError>) -> String {
        switch result {
        case .success(.applied(let sale, let replayed)):
            (sale.map { "sale \($0.number)" } ?? "applied") + (replayed ? " again" : "")
        case .success(.refused(let replayed)): replayed ? "refused again" : "refused"
        case .failure(.unknownItem): "unknown"
        case .failure(let error): "\(error)"
        }
    }
}
