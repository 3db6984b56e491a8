import Foundation
import GRDB
import Model
import Services
import Storage
import TestSupport
import Testing

@testable import Catalog

/// Changes of storekeepers: all or none, and only on the state that they have seen.
@Suite struct KeepingTests {
    private func update(
        _ item: ItemNumber, units: Int64? = nil, price: Cents? = nil, stock: Int64? = nil, cost: Cents? = nil,
        version: Int64? = nil
    ) -> KeeperUpdate {
        KeeperUpdate(
            StockChange(item: item, price: price, units: units),
            expectation: .init(stock: stock, price: cost, version: version))
    }

    @Test(.onEachStore) func severalChangesAreMadeTogether() async throws {
        try await withCatalogFolder { folder in
            try folder.withStore { store in
                let price = try cents(18_50)
                let made = try request(
                    .updates([
                        update(first.item, units: 5, stock: 3), update(second.item, price: price),
                        update(first.item, units: -1),
                    ]), store, actor: "ann", reason: "delivery")
                let books = try made.get()
                #expect(books.map(\.book.stock) == [7, 3, 7])
                #expect(store.book(first.item)?.stock == 7 && store.book(second.item)?.price == price)
                #expect(
                    try store.movementLines() == ["update,1,na,5", "update,2,18.50,na", "update,1,na,-1"])
                let records = try store.movements(MovementFilter(limit: 10)).records
                #expect(records.map(\.sequence) == [3, 2, 1])
                #expect(
                    records.allSatisfy { $0.actor == "ann" && $0.reason == "delivery" && $0.kind == .update })
            }
        }
    }

    @Test(.onEachStore) func oneRefusedUpdateUndoesTheOthers() async throws {
        try await withCatalogFolder { folder in
            try folder.withStore { store in
                let before = try store.details(of: second.item)
                let refused = try request(
                    .updates([update(first.item, units: 5), update(second.item, units: -4)]), store,
                    reason: "r")
                guard case .failure(.conflict(let detail, let current)) = refused else {
                    Issue.record("\(refused)")
                    return
                }
                #expect(detail.contains("only 3 units") && current == [before])
                // All refused updates are reported, with the state before the others.
                let both = try request(
                    .updates([
                        update(first.item, units: -9), update(first.item, units: 5),
                        update(second.item, units: -4),
                    ]), store)
                guard case .failure(.conflict(_, let short)) = both else {
                    Issue.record("\(both)")
                    return
                }
                #expect(short == [try store.details(of: first.item), before])
                let unknown = try request(
                    .updates([update(first.item, units: 5), update(try #require(ItemNumber(99)), units: 1)]),
                    store)
                #expect(unknown == .failure(.unknownItem(try #require(ItemNumber(99)))))
                #expect(store.book(first.item)?.stock == 3)
                #expect(try store.movementLines() == [] && store.lastMovement == 0)
                // Later changes of the same batch are not affected.
                let requests: [CatalogChange] = [
                    .keeper(KeeperRequest(.updates([update(first.item, units: -9)]))),
                    .update(.sale(of: first.item, key: key("a"))),
                ]
                let batch = try store.commitUnlogged(requests)
                #expect(batch.executed == [.update(.sale(of: first.item, key: key("a")))])
                #expect(try store.details(of: first.item).version == 1)
            }
        }
    }

    @Test(.onEachStore) func doesNotOverwriteOthersChanges() async throws {
        try await withCatalogFolder { folder in
            try folder.withStore { store in
                try store.commitUnlogged(.sale(of: first.item, key: key("a")))
                let version = try store.details(of: first.item).version
                #expect(version == 1)
                for (expectation, words) in [
                    (update(first.item, units: 5, stock: 3), "its stock is 2, not 3"),
                    (update(first.item, units: 5, cost: try cents(9_00)), "its cost is 10, not 9"),
                    (update(first.item, units: 5, version: 0), "its version is 1, not 0"),
                ] {
                    let refused = try request(.updates([update(second.item, units: 1), expectation]), store)
                    guard case .failure(.changed(let detail, let current)) = refused else {
                        Issue.record("\(refused)")
                        return
                    }
                    #expect(detail.contains(words) && current.map(\.book.stock) == [2])
                }
                #expect(store.lastMovement == 1)
                let made = try request(
                    .updates([update(first.item, units: 5, stock: 2, cost: try cents(10_00), version: 1)]),
                    store)
                #expect(try made.get().map(\.version) == [2])
            }
        }
    }

    @Test(.onEachStore) func aKeyIsBoundToOneRequest() async throws {
        try await withCatalogFolder { folder in
            try folder.withStore { store in
                let work = KeeperRequest.Work.updates([
                    update(first.item, units: 5), update(second.item, units: 1),
                ])
                for _ in 1...2 {
                    let made = try request(work, store, key: "k")
                    #expect(try made.get().map(\.book.stock) == [8, 4])
                }
                let other = try request(.updates([update(first.item, units: 5)]), store, key: "k")
                #expect(other == .failure(.keyReused))
                let book = NewBook(item: nil, title: "New", topic: "t", price: try cents(1), stock: 1)
                for _ in 1...2 {
                    #expect(try request(.add(book), store, key: "add").get()[0].book.item.value == 5)
                }
                #expect(
                    try request(.retire(first.item, expectedVersion: nil), store, key: "k")
                        == .failure(.keyReused))
                for _ in 1...2 {
                    let retired = try request(.retire(second.item, expectedVersion: nil), store, key: "r")
                    #expect(try retired.get()[0].isRetired)
                }
                #expect(store.lastMovement == 4)
            }
        }
    }

    @Test(.onEachStore) func aBookIsAddedSoldAndRetired() async throws {
        try await withCatalogFolder { folder in
            let item = try #require(ItemNumber(5))
            try folder.withStore { store in
                let new = NewBook(
                    item: nil, title: "A, B and \"C\"", topic: "x, y", price: try cents(9_99), stock: 2)
                let added = try request(.add(new), store, actor: "ann").get()[0]
                #expect(added.book == new.book(item) && added.version == 1 && added.sold == 0)
                #expect(store.listings(topic: "x, y").map(\.item) == [item])
                let taken = try request(
                    .add(NewBook(item: item, title: "Other", topic: "t", price: try cents(0), stock: 0)),
                    store)
                guard case .failure(.conflict(_, [added])) = taken else {
                    Issue.record("\(taken)")
                    return
                }
                try store.commitUnlogged(.sale(of: item, key: key("a")))
                let stale = try request(.retire(item, expectedVersion: 1), store)
                guard case .failure(.changed) = stale else {
                    Issue.record("\(stale)")
                    return
                }
                #expect(
                    try request(.retire(item, expectedVersion: 2), store, reason: "old").get()[0].isRetired)
                let again = try request(.retire(item, expectedVersion: nil), store)
                guard case .failure(.conflict) = again else {
                    Issue.record("\(again)")
                    return
                }
                try checkRetired(item, in: store)
            }
            // Everything is still there after a restart.
            try folder.withStore { store in
                try checkRetired(item, in: store)
                #expect(
                    try store.movementLines() == [
                        "init,5,2,9.99,\"x, y\",A, B and \"C\"", "update,5,na,-1", "retire,5",
                    ])
            }
        }
    }

    private func checkRetired(_ item: ItemNumber, in store: ShelvedStore) throws {
        #expect(store.book(item) == nil && store.listings(topic: "x, y").isEmpty && store.bookCount == 4)
        #expect(try store.outcome(of: .sale(of: item, key: key("b"))) == .failure(.unknownItem(item)))
        #expect(try store.outcome(of: StockChange(item: item, units: 1)) == .failure(.unknownItem(item)))
        // Earlier purchases stay valid.
        let sale = SalePosition(ledger: store.ledger, number: 1)
        #expect(
            try store.outcome(of: .sale(of: item, key: key("a")))
                == .success(.applied(sale: sale, replayed: true)))
        let receipt = try #require(try store.receipt(of: key("a")))
        #expect(
            receipt.outcome == .success && receipt.title == "A, B and \"C\"" && receipt.price.amount == 9_99)
        let details = try store.details(of: item)
        #expect(details.isRetired && details.sold == 1 && details.book.stock == 1)
    }

    /// Later changes of the same batch do not find the retired book.
    @Test(.onEachStore) func aBookIsNotSoldOnceRetired() async throws {
        try await withCatalogFolder { folder in
            try folder.withStore { store in
                let batch = try store.commitUnlogged([
                    .keeper(KeeperRequest(.retire(first.item, expectedVersion: nil))),
                    .update(.sale(of: first.item, key: key("a"))),
                ])
                guard case .failure(.unknownItem(first.item)) = batch.results[1] else {
                    Issue.record("\(batch.results)")
                    return
                }
                #expect(batch.executed == [.retired(first.item)])
            }
        }
    }

    /// The ledger restores what a crash or a lost file takes from the log.
    @Test(.onEachStore) func addsKeeperChangesToTheLog() async throws {
        try await withCatalogFolder { folder in
            try await folder.withEngine { _ in }
            try folder.withStore { store in
                let new = NewBook(item: nil, title: "New", topic: "t", price: try cents(1_00), stock: 2)
                _ = try request(.add(new), store)
                try store.commitUnlogged(StockChange(item: first.item, units: 1))
                _ = try request(.retire(try #require(ItemNumber(parsing: "5")), expectedVersion: nil), store)
            }
            let whole = defaultInitLines + ["init,5,2,1,t,New", "update,1,na,1", "retire,5"]
            for _ in 1...2 {
                try await folder.withEngine { engine in #expect(engine.bookInShop(first.item)?.stock == 4) }
                #expect(try folder.ledgerLines() == whole)
                // First with a copy under the log's name, then without any file.
                try (whole.prefix(5).joined(separator: "\n") + "\n").write(
                    toFile: folder.logPath, atomically: true, encoding: .utf8)
            }
            try FileManager.default.removeItem(atPath: folder.logPath)
            try await folder.withEngine { _ in }
            #expect(try folder.ledgerLines() == whole)
        }
    }

    @Test(.onEachStore) func receiptsShowThePricePaid() async throws {
        try await withCatalogFolder { folder in
            try folder.withStore { store in
                try store.commitUnlogged(.sale(of: first.item, key: key("a")))
                try store.commitUnlogged(StockChange(item: first.item, price: try cents(99_00), units: -2))
                try store.commitUnlogged(.sale(of: first.item, key: key("b")))
                let sold = try #require(try store.receipt(of: key("a")))
                #expect(sold.outcome == .success && sold.price.amount == 10_00 && sold.item == first.item)
                #expect(try store.receipt(of: key("b"))?.outcome == .failed)
                #expect(try store.receipt(of: key("c")) == nil)
            }
        }
    }

    @Test(.onEachStore) func salesAreTotalledByDayAndTopic() async throws {
        try await withCatalogFolder { folder in
            try folder.withStore { store in
                let totals = LedgerTotals()
                func read() throws -> [String] {
                    let today = Timestamp(millis: Int64(Date().timeIntervalSince1970 * 1000)).dayNumber
                    return try totals.read(from: store.store, dayCount: 2, today: today).map {
                        "\($0.topic) \($0.count) \($0.cents)"
                    }
                }
                #expect(try read() == [])
                try store.commitUnlogged(
                    .sale(of: first.item, key: key("a")), .sale(of: second.item, key: key("b")),
                    StockChange(item: first.item, units: -1))
                #expect(try read() == ["distributed systems 2 3000"])
                let third = Book.defaults[2]
                try store.commitUnlogged(.sale(of: third.item, key: key("c")))
                #expect(try read() == ["distributed systems 2 3000", "graduate school 1 500"])
            }
        }
    }
}
