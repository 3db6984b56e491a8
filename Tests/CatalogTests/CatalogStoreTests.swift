import Foundation
import Model
import Services
import Storage
import TestSupport
import Testing

@testable import Catalog

@Suite struct CatalogStoreTests {
    @Test func opensWithTheFirstBooksInAnyOrder() async throws {
        try await withCatalogFolder { folder in
            #expect(!CatalogStore.exists(in: folder.data))
            try folder.withStore(Book.defaults.reversed()) { store in
                #expect(CatalogStore.exists(in: folder.data))
                #expect(store.bookCount == 4)
                for book in Book.defaults { #expect(store.book(book.item) == book) }
                let unknown = try book(5).item
                #expect(store.book(unknown) == nil)
                #expect(store.listings(topic: "distributed systems").map(\.item.value) == [1, 2])
                #expect(
                    store.listings(topic: "graduate school").map(\.title) == Book.defaults[2...].map(\.title))
                #expect(store.listings(topic: "gardening").isEmpty)
            }
        }
    }

    @Test(.onEachStore) func topicsMatchExactly() async throws {
        // The two spellings of é are equal as Swift strings, but their bytes differ.
        let composed = "caf\u{E9}"
        let decomposed = "cafe\u{301}"
        let books = [
            try book(1, topic: composed), try book(2, topic: decomposed), try book(3, topic: "Café"),
            try book(4, topic: "café "),
        ]
        try await withCatalogFolder { folder in
            try folder.withStore(books) { store in
                #expect(store.listings(topic: composed).map(\.item.value) == [1])
                #expect(store.listings(topic: decomposed).map(\.item.value) == [2])
                #expect(store.listings(topic: "café ").map(\.item.value) == [4])
                let topic = try #require(store.book(books[1].item)).topic
                #expect(Array(topic.utf8) == Array(decomposed.utf8))
            }
        }
    }

    @Test(.onEachStore) func continuesFromStoredStateAfterARestart() async throws {
        try await withCatalogFolder { folder in
            let before = try folder.withStore { store in
                try store.commitUnlogged(
                    .sale(of: first.item, key: key("a")),
                    StockChange(item: second.item, price: try cents(7_50), units: 5))
                return (store.book(first.item), store.book(second.item), try store.allSales())
            }
            #expect(before.0?.stock == 2)
            #expect(before.1?.price == Cents(7_50))
            let store = try ShelvedStore.open(
                folder,
                firstBooks: {
                    Issue.record("the first books were read for a catalog that has its own")
                    return []
                })
            defer { try? store.close() }
            #expect(store.book(first.item) == before.0)
            #expect(store.book(second.item) == before.1)
            #expect(try store.allSales() == before.2)
            #expect(store.lastMovement == 2)
            var opening: [Book] = []
            try store.store.forEachOpeningBook { opening.append($0) }
            #expect(opening == Book.defaults)
        }
    }

    @Test func storesAllFirstBooksOrNone() async throws {
        struct NoBooks: Error {}
        try await withCatalogFolder { folder in
            #expect(throws: NoBooks.self) {
                try CatalogStore.open(folder: folder.data, firstBooks: { throw NoBooks() })
            }
            #expect(!CatalogStore.exists(in: folder.data))
            #expect(throws: (any Error).self) { try folder.withStore(Book.defaults + [first]) { _ in } }
            #expect(!CatalogStore.exists(in: folder.data))
            // The remains of a failed attempt do not block the next one.
            let bookCount = try folder.withStore { $0.bookCount }
            #expect(bookCount == 4)
        }
    }

    @Test func replacesADraftLeftByACrash() async throws {
        try await withCatalogFolder { folder in
            for suffix in ["", "-wal", "-shm"] {
                try Data("half a catalog".utf8).write(
                    to: URL(fileURLWithPath: folder.databasePath + ".new" + suffix))
            }
            let stored = try folder.withStore { $0.book(first.item) }
            #expect(stored == first)
            #expect(!FileManager.default.fileExists(atPath: folder.databasePath + ".new"))
        }
    }

    @Test func aSecondHolderIsRefused() async throws {
        try await withCatalogFolder { folder in
            try folder.withStore { _ in
                let fault = #expect(throws: FileFault.self) { try folder.withStore { _ in } }
                #expect(fault?.reason.contains("in use by process \(getpid())") == true)
            }
            let bookCount = try folder.withStore { $0.bookCount }
            #expect(bookCount == 4)
        }
    }

    @Test(.onEachStore) func reopensRightAfterClosing() async throws {
        try await withCatalogFolder { folder in
            let old = try ShelvedStore.open(folder, firstBooks: { Book.defaults })
            try old.close()
            // Something may still hold a reference, such as a thread that is about to end.
            let bookCount = try folder.withStore { $0.bookCount }
            #expect(bookCount == 4)
            withExtendedLifetime(old) {}
        }
    }

    @Test func reopeningTrustsTheDatabase() async throws {
        try await withCatalogFolder { folder in
            try folder.withStore { store in
                try store.commitUnlogged(.sale(of: first.item, key: key("a")))
                // As if a commit that was reported as failed had reached the disk.
                try folder.sql { database in
                    try database.execute(
                        sql: """
                            UPDATE book SET stock = 1 WHERE item_number = 1;
                            INSERT INTO movement (sequence, item_number, units, stock_after, order_key, sale, at_millis)
                            VALUES (2, 1, -1, 1, 'b', 2, 0)
                            """)
                }
                #expect(store.book(first.item)?.stock == 2)
                try store.reopen()
                #expect(store.book(first.item)?.stock == 1)
                #expect(store.lastMovement == 2)
                let sale = try store.outcome(of: .sale(of: second.item, key: key("c")))
                #expect(try store.allSales().map(\.position.number) == [1, 2, 3])
                let last = try #require(try store.allSales().last)
                #expect(sale == .success(.applied(sale: last.position, replayed: false)))
            }
        }
    }

    @Test(.onEachStore) func readsSalesInOrderFromAnyPosition() async throws {
        try await withCatalogFolder { folder in
            try folder.withStore { store in
                for name in ["a", "b", "c"] {
                    try store.commitUnlogged(.sale(of: first.item, key: key(name)))
                }
                // Neither is a sale: one has no key, the other a price.
                try store.commitUnlogged(
                    StockChange(item: second.item, units: -1),
                    StockChange(item: second.item, price: try cents(1), units: -1, key: key("p")))
                try store.commitUnlogged(.sale(of: second.item, key: key("d")))

                let all = try store.allSales()
                #expect(all.map(\.position.number) == [1, 2, 3, 4])
                #expect(all.map(\.key.text) == ["a", "b", "c", "d"])
                #expect(all.map(\.item.value) == [1, 1, 1, 2])
                #expect(Set(all.map(\.position.ledger)).count == 1)
                #expect(try store.sales(after: all[1].position, limit: 10) == Array(all[2...]))
                #expect(try store.sales(after: all[0].position, limit: 2) == Array(all[1...2]))
                #expect(try store.sales(after: all[3].position, limit: 10).isEmpty)
                // A number of another ledger says nothing about this one.
                let other = SalePosition(ledger: all[0].position.ledger &+ 1, number: 3)
                #expect(try store.sales(after: other, limit: 10) == all)
            }
        }
    }

    @Test(.onEachStore) func eachCatalogHasItsOwnLedger() async throws {
        var ledgers: Set<Int64> = []
        for _ in 0..<2 {
            try await withCatalogFolder { folder in
                try folder.withStore { store in
                    try store.commitUnlogged(.sale(of: first.item, key: key("a")))
                    ledgers.insert(try #require(try store.allSales().first).position.ledger)
                }
            }
        }
        #expect(ledgers.count == 2)
    }
}
