import Model
import NIOCore
import Services
import Storage
import TestSupport
import Testing

@testable import Catalog

/// Many concurrent buyers of the last units, on several event loops.
@Suite struct CatalogConcurrencyTests {
    @Test(.onEachStore, arguments: [1, 4, 64], [Int64(1), 3, 50]) func sellsExactlyWhatIsThere(
        buyerCount: Int, stock: Int64
    ) async throws {
        let books = [try book(1, stock: stock), try book(2, stock: 1_000)]
        try await withCatalogFolder { folder in
            try await withLoops(count: 4) { loops in
                try await folder.withEngine(books) { engine in
                    // Each asks for more than its share, so that together they ask for more than there is.
                    let triesPerBuyer = Int(stock) / buyerCount + 2
                    let soldCount = try await withThrowingTaskGroup(of: Int.self) { group in
                        for buyer in 0..<buyerCount {
                            group.addTask {
                                try await Self.buy(
                                    books[0].item, count: triesPerBuyer, buyer: buyer, from: engine,
                                    on: loops.slots[buyer % 4].eventLoop)
                            }
                        }
                        return try await group.reduce(0, +)
                    }
                    #expect(soldCount == Int(stock))
                    #expect(try engine.book(books[0].item).stock == 0)
                }
            }
            let sales = try folder.withStore([]) { try $0.allSales() }
            #expect(sales.map(\.position.number) == Array(1...stock))
            #expect(Set(sales.map(\.key)).count == Int(stock))
            let soldLines = try folder.logLines().count { $0 == "update,1,na,-1" }
            #expect(soldLines == Int(stock))
        }
    }

    /// Buys single units, each followed by an accepted update of another book.
    private static func buy(
        _ item: ItemNumber, count: Int, buyer: Int, from engine: CatalogEngine, on loop: any EventLoop
    ) async throws -> Int {
        let other = try #require(ItemNumber(2))
        var soldCount = 0
        for attempt in 0..<count {
            let sale = StockChange.sale(of: item, key: key("\(buyer)-\(attempt)"))
            switch try await engine.update(sale, on: loop).get() {
            case .applied(let position, let replayed):
                #expect(position != nil)
                #expect(!replayed)
                soldCount += 1
            case .refused(let replayed): #expect(!replayed)
            }
            let restock = try await engine.update(StockChange(item: other, units: 1), on: loop).get()
            #expect(restock == .applied(sale: nil, replayed: false))
        }
        return soldCount
    }

    @Test(.onEachStore) func simultaneousDuplicatesSellOnce() async throws {
        try await withCatalogFolder { folder in
            try await withLoops(count: 4) { loops in
                try await folder.withEngine { engine in
                    let outcomes = try await withThrowingTaskGroup(of: UpdateOutcome.self) { group in
                        for copy in 0..<32 {
                            group.addTask {
                                let loop = loops.slots[copy % 4].eventLoop
                                return try await engine.update(
                                    .sale(of: first.item, key: key("one")), on: loop
                                ).get()
                            }
                        }
                        return try await group.reduce(into: []) { $0.append($1) }
                    }
                    let sale = try #require(
                        try await engine.sales(
                            after: SalePosition(ledger: 0, number: 0), limit: 10, on: loops.slots[0].eventLoop
                        ).get().first)
                    let isFirst = { $0 == UpdateOutcome.applied(sale: sale.position, replayed: false) }
                    let isAgain = { $0 == UpdateOutcome.applied(sale: sale.position, replayed: true) }
                    #expect(outcomes.count(where: isFirst) == 1)
                    #expect(outcomes.count(where: isAgain) == 31)
                    #expect(try engine.book(first.item).stock == 2)
                }
            }
            #expect(try folder.ledgerLines() == defaultInitLines + ["update,1,na,-1"])
        }
    }

    @Test(.onEachStore) func restocksAndSalesBalance() async throws {
        let books = [try book(1, stock: 0)]
        try await withCatalogFolder { folder in
            let soldCount = try await withLoops(count: 2) { loops in
                try await folder.withEngine(books) { engine in
                    let soldCount = try await withThrowingTaskGroup(of: Int.self) { group in
                        for buyer in 0..<8 {
                            group.addTask {
                                let loop = loops.slots[buyer % 2].eventLoop
                                var soldCount = 0
                                for attempt in 0..<20 {
                                    let sale = StockChange.sale(
                                        of: books[0].item, key: key("\(buyer)-\(attempt)"))
                                    if case .applied = try await engine.update(sale, on: loop).get() {
                                        soldCount += 1
                                    }
                                    if attempt % 4 == 0 {
                                        let two = StockChange(item: books[0].item, units: 2)
                                        _ = try await engine.update(two, on: loop).get()
                                    }
                                }
                                return soldCount
                            }
                        }
                        return try await group.reduce(0, +)
                    }
                    // Eight buyers restocked two units five times each.
                    #expect(try engine.book(books[0].item).stock == 80 - Int64(soldCount))
                    return soldCount
                }
            }
            let units = try folder.withStore([]) { store in
                var stock: Int64 = 0
                try store.store.forEachMovement(after: 0) { _, entry in
                    stock += entry.change.units ?? 0
                    #expect(stock >= 0)
                }
                return stock
            }
            #expect(units == 80 - Int64(soldCount))
            #expect(try folder.logLines().count { $0 == "update,1,na,-1" } == soldCount)
        }
    }
}
