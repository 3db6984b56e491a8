import Foundation
import GRDB
import Model
import TestSupport
import Testing

@testable import Catalog

/// A clock that jumps, numbers from a file, a shop without books.
@Suite struct ClockAndNumberTests {
    /// 40 years.
    private static let jump: Int64 = 14_610

    @Test(.onEachStore) func aClockJumpLosesNoDay() async throws {
        try await withCatalogFolder { folder in
            try folder.withStore { store in
                let totals = LedgerTotals()
                let today = Timestamp(millis: Int64(Date().timeIntervalSince1970 * 1000)).dayNumber
                let read = { (today: Int64, days: Int) in
                    try totals.read(from: store.store, dayCount: days, today: today).map {
                        "\($0.topic) \($0.count)"
                    }
                }
                try store.commitUnlogged(.sale(of: first.item, key: key("a")))
                #expect(try read(today, 30) == ["distributed systems 1"])
                #expect(try read(today + Self.jump, 30) == [])
                #expect(try read(today, 30) == ["distributed systems 1"])
                // Also with a sale in between, and with a clock that is a little slow.
                _ = try read(today + Self.jump, 366)
                try store.commitUnlogged(.sale(of: second.item, key: key("b")))
                _ = try read(today + Self.jump, 366)
                #expect(try read(today - 1, 366) == ["distributed systems 2"])
                #expect(try read(today + 364, 365) == ["distributed systems 2"])
                #expect(try read(today + 365, 365) == [])
                #expect(try read(today + 365, 366) == ["distributed systems 2"])
            }
        }
    }

    private func add(_ store: ShelvedStore, number: Int64? = nil) throws -> Int64 {
        let new = NewBook(
            item: number.flatMap { ItemNumber($0) }, title: "New", topic: "t", price: try cents(1), stock: 0)
        let batch = try store.commitUnlogged([.keeper(KeeperRequest(.add(new)))])
        return try #require(try batch.results.first?.get().books.first).book.item.value
    }

    @Test(.onEachStore) func theNextNumberIsTheLowestFree() async throws {
        try await withCatalogFolder { folder in
            try folder.withStore { store in
                #expect(try add(store) == 5)
                #expect(try add(store, number: 9_780_306_406_157) == 9_780_306_406_157)
                #expect(try add(store, number: ItemNumber.valueMax) == ItemNumber.valueMax)
                #expect(try add(store, number: 7) == 7)
                #expect(try add(store) == 6)
                #expect(try add(store) == 8)
                // The number of a retired book is not used again.
                let retired = KeeperRequest(.retire(try #require(ItemNumber(8)), expectedVersion: nil))
                try store.commitUnlogged([.keeper(retired)])
            }
            try folder.withStore { store in
                #expect(try add(store) == 9)
                // A refused addition between two others in one batch uses no number.
                let new = NewBook(item: nil, title: "N", topic: "t", price: try cents(1), stock: 0)
                let taken = NewBook(
                    item: ItemNumber(9), title: "N", topic: "t", price: try cents(1), stock: 0)
                let batch = try store.commitUnlogged(
                    [new, taken, new].map { .keeper(KeeperRequest(.add($0))) })
                let numbers = batch.results.map { try? $0.get().books.first?.book.item.value }
                #expect(numbers == [10, nil, 11])
            }
        }
    }

    @Test(.onEachStore) func gapsBetweenFirstBooksAreUsed() async throws {
        try await withCatalogFolder { folder in
            try folder.withStore([try book(1), try book(2), try book(7)]) { store in
                let numbers = try (1...5).map { _ in try add(store) }
                #expect(numbers == [3, 4, 5, 6, 8])
            }
        }
    }

    @Test(.onEachStore) func opensWithoutBooks() async throws {
        try await withCatalogFolder { folder in
            try await folder.withEngine([]) { engine in
                #expect(engine.bookCount == 0)
                #expect(engine.listings(topic: "t").isEmpty)
            }
            #expect(try folder.logLines() == ["query_by_topic,t"])
            // Also when the log was lost.
            try FileManager.default.removeItem(atPath: folder.logPath)
            try await withLoops { loops in
                try await folder.withEngine([]) { engine in
                    let new = NewBook(item: nil, title: "First", topic: "t", price: try cents(1_00), stock: 2)
                    let request = KeeperRequest(.add(new))
                    _ = try await engine.request(request, on: loops.slots[0].eventLoop).get()
                }
            }
            try await folder.withEngine([]) { #expect($0.bookCount == 1) }
            #expect(try folder.logLines() == ["init,1,2,1,t,First"])
        }
    }
}
