import Foundation
import GRDB
import Model
import Storage
import TestSupport
import Testing

@testable import Order

@Suite struct OrderStoreTests {
    private func items(_ store: any OrderStoring, after number: Int64 = 0) throws -> [Int64] {
        var items: [Int64] = []
        try store.forEachPurchase(after: number) { item, _ in items.append(item.value) }
        return items
    }

    @Test(.onEachStore) func ordersAreKeptThroughARestart() async throws {
        try await withShopFolder { folder in
            try folder.withStore { store in
                #expect(store.lastNumber == 0)
                #expect(try store.knownThrough == SalePosition(ledger: 0, number: 0))
                let batch = try store.commitUnlogged([.sale(1, "a"), .sale(2, "b", second.item)])
                #expect(batch.results == [.success(.success), .success(.success)])
                #expect(batch.added.map(\.key.text) == ["a", "b"])
            }
            try folder.withStore { store in
                #expect(store.lastNumber == 2)
                #expect(try store.knownThrough == SalePosition(ledger: 7, number: 2))
                #expect(try items(store) == [1, 2])
                #expect(try items(store, after: 1) == [2])
                let known = try #require(try store.outcome(of: orderKey("b")))
                #expect(known.item == second.item)
                #expect(known.outcome == .success)
                #expect(try store.outcome(of: orderKey("c")) == nil)
            }
        }
    }

    @Test(.onEachStore) func eachKeyMakesOneOrder() async throws {
        try await withShopFolder { folder in
            try folder.withStore { store in
                // In one batch and in the next, from the sale itself and from the ledger.
                let earlier = OrderRecord(
                    key: orderKey("a"), item: first.item,
                    origin: .ledgerEarlier(SalePosition(ledger: 7, number: 1)))
                let batch = try store.commitUnlogged([.sale(1, "a"), earlier])
                #expect(batch.results == [.success(.success), .success(.success)])
                #expect(batch.added.count == 1)
                #expect(try store.commitUnlogged([earlier, .sale(1, "a")]).added.isEmpty)
                #expect(store.lastNumber == 1)
                // With another book the key belongs to another purchase.
                let reused = try store.commitUnlogged([.sale(2, "a", second.item), .sale(3, "b")])
                #expect(reused.results == [.failure(.keyReused), .success(.success)])
                #expect(reused.added.map(\.key.text) == ["b"])
                #expect(try items(store) == [1, 1])
                // A catalog restored to an earlier state reuses the numbers of sales.
                let renumbered = try store.commitUnlogged([.sale(3, "c")])
                guard case .failure(.unavailable(_, _, outcomeUnknown: true))? = renumbered.results.first
                else {
                    Issue.record("\(renumbered.results)")
                    return
                }
                #expect(renumbered.added.isEmpty)
                #expect(try store.knownThrough.number == 3)
            }
        }
    }

    @Test(.onEachStore) func ownDecisionsAreRememberedEitherWay() async throws {
        func own(_ key: String, _ outcome: PurchaseOutcome) -> OrderRecord {
            OrderRecord(key: orderKey(key), item: first.item, origin: .ownDecision(outcome))
        }
        try await withShopFolder { folder in
            try folder.withStore { store in
                let batch = try store.commitUnlogged([
                    own("a", .success), own("b", .failed), own("b", .failed),
                ])
                #expect(batch.results == [.success(.success), .success(.failed), .success(.failed)])
                #expect(batch.added.map(\.key.text) == ["a"])
            }
            try folder.withStore { store in
                let outcomes = try ["a", "b"].map { try store.outcome(of: orderKey($0))?.outcome }
                #expect(outcomes == [.success, .failed])
                // They belong to no ledger.
                #expect(try store.knownThrough == SalePosition(ledger: 0, number: 0))
                #expect(store.lastNumber == 1)
            }
        }
    }

    @Test(.onEachStore) func twoLedgersMayShareSaleNumbers() async throws {
        try await withShopFolder { folder in
            try folder.withStore { store in
                try store.commitUnlogged([.sale(1, "a"), .sale(2, "b")])
                // The catalog was replaced, so its ledger starts again.
                let batch = try store.commitUnlogged([.sale(1, "c", ledger: -8)])
                #expect(batch.added.count == 1)
                #expect(try store.knownThrough == SalePosition(ledger: -8, number: 1))
            }
            try folder.withStore { store in
                let known = try store.knownThrough
                #expect(known == SalePosition(ledger: -8, number: 1))
                #expect(store.lastNumber == 3)
            }
        }
    }

    @Test(
        .onEachStore,
        arguments: [
            ([], 0), ([1], 1), ([2], 0), ([1, 2, 3], 3), ([1, 3], 1), ([1, 2, 4, 5, 7], 2), ([3, 2, 5], 0),
            ([3, 1, 2, 6], 3),
        ] as [([Int64], Int64)])
    func knowsItsGapsAfterARestart(sales: [Int64], through: Int64) async throws {
        try await withShopFolder { folder in
            let before = try folder.withStore { store in
                try store.commitUnlogged(sales.map { .sale($0, "key \($0)") })
                return try store.knownThrough.number
            }
            #expect(before == through)
            try folder.withStore { store in
                #expect(try store.knownThrough.number == through)
                // The sale that fills the gap advances it to the end.
                try store.commitUnlogged((1...7).map { .sale($0, "key \($0)") })
                #expect(try store.knownThrough.number == 7)
                #expect(store.lastNumber == 7)
            }
        }
    }

    @Test func theDatabaseItselfRefusesASecondOrder() async throws {
        try await withShopFolder { folder in
            try folder.withStore { store in
                try store.commitUnlogged([.sale(1, "a")])
                let own = OrderRecord(key: orderKey("r"), item: first.item, origin: .ownDecision(.failed))
                try store.commitUnlogged([own])
            }
            let queue = try DatabaseQueue(path: folder.orderDatabase)
            defer { try? queue.close() }
            let columns =
                "INSERT INTO purchase (number, order_key, item_number, ledger, sale, at_millis) VALUES"
            try await queue.writeWithoutTransaction { database in
                for sql in [
                    "\(columns) (2, 'a', 1, 7, 2, 0)", "\(columns) (2, 'b', 1, 7, 1, 0)",
                    "\(columns) (1, 'b', 1, 7, 2, 0)", "\(columns) (2, 'b', 0, 7, 2, 0)",
                    "\(columns) (2, 'b', 1, 7, NULL, 0)", "\(columns) (2, 'b', 1, NULL, 2, 0)",
                    "\(columns) (2, 'b', 1, 7, 0, 0)",
                    "INSERT INTO refusal SELECT * FROM refusal",
                ] {
                    let error = #expect(throws: DatabaseError.self, "\(sql)") {
                        try database.execute(sql: sql)
                    }
                    #expect(error?.resultCode == .SQLITE_CONSTRAINT)
                }
                // The same without a fault.
                try database.execute(sql: "\(columns) (2, 'b', 1, 7, 2, 0)")
            }
        }
    }

    @Test func aSecondHolderIsRefused() async throws {
        try await withShopFolder { folder in
            try folder.withStore { _ in
                let fault = #expect(throws: FileFault.self) { try OrderStore(folder: folder.orderData) }
                #expect(fault?.reason.contains("in use by process") == true)
            }
        }
    }
}
