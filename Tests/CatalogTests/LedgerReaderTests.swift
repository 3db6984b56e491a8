import Foundation
import GRDB
import Model
import Storage
import TestSupport
import Testing

@testable import Catalog

/// The ledger of one book and of all, the newest first, in pages.
@Suite struct LedgerReaderTests {
    private func read(
        _ store: ShelvedStore, item: ItemNumber? = nil, kind: MovementFilter.Kind? = nil,
        before: Int64? = nil,
        limit: Int = 100
    ) throws -> LedgerStretch {
        try store.movements(MovementFilter(item: item, kind: kind, before: before, limit: limit))
    }

    /// All pages of a list. Checks that each has at most `limit` entries.
    private func pages(
        _ store: ShelvedStore, item: ItemNumber? = nil, kind: MovementFilter.Kind? = nil, limit: Int
    ) throws -> [Int64] {
        var sequences: [Int64] = []
        var before: Int64?
        repeat {
            let stretch = try read(store, item: item, kind: kind, before: before, limit: limit)
            #expect(stretch.records.count <= limit)
            sequences += stretch.records.map(\.sequence)
            before = stretch.next
        } while before != nil
        return sequences
    }

    private func fill(_ store: ShelvedStore) throws {
        try store.commitUnlogged(
            .sale(of: first.item, key: key("a")), .sale(of: second.item, key: key("b")),
            StockChange(item: first.item, price: try cents(12_00)), .sale(of: first.item, key: key("c")))
        let added = NewBook(item: nil, title: "New", topic: "t", price: try cents(3_00), stock: 4)
        try store.commitUnlogged([
            .keeper(KeeperRequest(.add(added), actor: "ann", reason: "new")),
            .keeper(KeeperRequest(.retire(second.item, expectedVersion: nil), reason: "old")),
            .update(StockChange(item: first.item, units: 5)),
        ])
    }

    @Test(.onEachStore) func goesBackInPages() async throws {
        try await withCatalogFolder { folder in
            try folder.withStore { store in
                #expect(try pages(store, limit: 3) == [])
                #expect(try pages(store, item: first.item, limit: 3) == [])
                try fill(store)
                for limit in [1, 2, 3, 7, 8] {
                    #expect(try pages(store, limit: limit) == [7, 6, 5, 4, 3, 2, 1])
                    #expect(try pages(store, item: first.item, limit: limit) == [7, 4, 3, 1])
                    #expect(try pages(store, item: second.item, limit: limit) == [6, 2])
                    #expect(try pages(store, kind: .sale, limit: limit) == [4, 2, 1])
                    #expect(try pages(store, kind: .update, limit: limit) == [7, 3])
                    #expect(try pages(store, kind: .add, limit: limit) == [5])
                    #expect(try pages(store, item: first.item, kind: .sale, limit: limit) == [4, 1])
                    #expect(try pages(store, item: first.item, kind: .retire, limit: limit) == [])
                }
                #expect(throws: StoreError.self) { try read(store, item: first.item, before: 2) }
                let unknown = try #require(ItemNumber(parsing: "9"))
                #expect(throws: StoreError.unknownItem(unknown)) { try read(store, item: unknown) }
            }
        }
    }

    @Test(.onEachStore) func recordsWhatHappenedAndWhy() async throws {
        try await withCatalogFolder { folder in
            try folder.withStore { store in
                try fill(store)
                let records = try read(store).records
                #expect(records.map(\.kind) == [.update, .retire, .add, .sale, .update, .sale, .sale])
                #expect(records.map(\.stockAfter) == [6, 2, 4, 1, 2, 2, 2])
                #expect(
                    records.map(\.priceAfter?.amount) == [12_00, 20_00, 3_00, 12_00, 12_00, 20_00, 10_00])
                #expect(records.map(\.actor) == [nil, nil, "ann", nil, nil, nil, nil])
                #expect(records.map(\.reason) == [nil, "old", "new", nil, nil, nil, nil])
                #expect(records[2].title == "New")
            }
        }
    }

    /// Opening a database of the first version adds what it lacks.
    @Test func anOlderLedgerIsChained() async throws {
        try await withCatalogFolder { folder in
            let ledger = try await migrated(folder)
            #expect(ledger == [3, 2, 1])
        }
    }

    private func migrated(_ folder: CatalogFolder) async throws -> [Int64] {
        let queue = try DatabaseQueue(path: folder.databasePath)
        try await queue.write { database in
            try database.execute(sql: "PRAGMA application_id = \(CatalogSchema.database.applicationID)")
        }
        try CatalogSchema.database.migrator.migrate(queue, upTo: "catalog 1: books, ledger, refusals")
        try await queue.write { database in
            try CatalogFolder.insertOpening(Book.defaults, in: database)
            try database.execute(
                sql: """
                    INSERT INTO movement
                        (sequence, item_number, units, price_cents, stock_after, order_key, sale, at_millis)
                    VALUES (1, 1, -1, NULL, 2, 'a', 1, 0), (2, 1, NULL, 1200, 2, NULL, NULL, 0),
                        (3, 1, -1, NULL, 1, 'b', 2, 0), (4, 2, 5, NULL, 8, NULL, NULL, 0);
                    UPDATE book SET stock = 1, price_cents = 1200 WHERE item_number = 1;
                    UPDATE book SET stock = 8 WHERE item_number = 2;
                    """)
        }
        try queue.close()
        #expect(throws: FileFault.self) { try CatalogSnapshot.read(folder: folder.data) }
        return try folder.withStore { store in
            let details = try store.details(of: first.item)
            #expect(details.sold == 2 && details.version == 3 && details.book.stock == 1)
            #expect(try store.receipt(of: key("a"))?.price.amount == 10_00)
            #expect(try store.receipt(of: key("b"))?.price.amount == 12_00)
            try store.commitUnlogged(StockChange(item: second.item, units: 1))
            #expect(try pages(store, item: second.item, limit: 1) == [5, 4])
            let file = try #require(store.store as? CatalogStore).file
            #expect(throws: (any Error).self) {
                try file.write {
                    try $0.execute(sql: "UPDATE movement SET units = 0 WHERE sequence = 1")
                }
            }
            return try pages(store, item: first.item, limit: 2)
        }
    }
}
