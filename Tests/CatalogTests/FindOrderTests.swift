import Model
import Services
import StoreAPI
import TestSupport
import Testing

@testable import Catalog

/// Orders, filters, pages and counts of what is found, on each store.
@Suite(.onEachStore) struct FindOrderTests {
    private static let shop: [(title: String, topic: String, cents: Int64, stock: Int64)] = [
        ("Wardrobe", "furniture", 30_00, 2), ("War and Peace", "novels", 20_00, 0),
        ("Toward the Light", "novels", 5_00, 9),
        ("Peace", "war", 5_00, 1), ("The Art of War", "essays", 12_50, 4),
        ("Strange Stories", "novels", 8_00, 1),
        ("刘慈欣三体全集", "小说", 9_00, 1), ("銀河鉄道の夜", "小说", 7_00, 1), ("パパ", "小说", 7_00, 1),
    ]

    private func withFind(_ body: (BookFinder, ShelvedStore) async throws -> Void) async throws {
        try await withCatalogFolder { folder in
            let books = try Self.shop.enumerated().map { index, book in
                Book(
                    item: try #require(ItemNumber(Int64(index + 1))), title: book.title, topic: book.topic,
                    price: try cents(book.cents), stock: book.stock)
            }
            let store = try ShelvedStore.open(folder, firstBooks: { books })
            defer { try? store.close() }
            let find = BookFinder(catalog: store.store, shelf: store.shelf)
            defer { find.shutdown() }
            try await body(find, store)
        }
    }

    private func found(
        _ text: String?, in find: BookFinder, _ order: BookOrder = .relevance, page: Int = 1, limit: Int = 20,
        _ filter: ShelfFilter = ShelfFilter()
    ) async throws -> FoundBooks {
        let words = try text.map { try #require(FindWords($0)) }
        return try await find.found(
            FindQuery(words: words, filter: filter, order: .sorted(order, page: page), limit: limit))
    }

    private func items(
        _ text: String?, in find: BookFinder, _ order: BookOrder = .relevance,
        _ filter: ShelfFilter = ShelfFilter()
    ) async throws -> [Int64] {
        let found = try await found(text, in: find, order, filter)
        #expect(found.count == found.items.count && !found.hasMore)
        return found.items.map(\.value)
    }

    private func expect(
        _ text: String?, in find: BookFinder, _ order: BookOrder = .relevance,
        _ filter: ShelfFilter = ShelfFilter(),
        finds wanted: [Int64], at location: SourceLocation = #_sourceLocation
    ) async throws {
        let found = try await items(text, in: find, order, filter)
        #expect(found == wanted, "\(text ?? "")", sourceLocation: location)
    }

    @Test func ranksWholeWordsInTitlesFirst() async throws {
        try await withFind { find, _ in
            try await expect("war", in: find, finds: [2, 5, 4, 1, 3])
            try await expect("peace war", in: find, finds: [2, 4])
            try await expect("\"art of war\"", in: find, finds: [5])
            try await expect("5", in: find, finds: [5])
        }
    }

    @Test func forgivesATypingErrorWhereNothingElseFits() async throws {
        try await withFind { find, _ in
            for text in [
                "strnage", "srtange", "strangge", "trange storie", "stories strang", "strange storues",
            ] {
                try await expect(text, in: find, finds: [6])
            }
            for text in ["wat", "xtrnage", "strange xxstories"] {
                try await expect(text, in: find, finds: [])
            }
        }
    }

    @Test func findsCharactersInsideTitles() async throws {
        try await withFind { find, _ in
            for (text, found) in [("三体", [7]), ("夜", [8]), ("体三", []), ("ハハ", []), ("パパ", [9])] {
                try await expect(text, in: find, finds: found.map(Int64.init))
            }
        }
    }

    @Test func sortsByWhatIsTrueNow() async throws {
        try await withFind { find, store in
            try await expect("war", in: find, .cost, finds: [3, 4, 5, 2, 1])
            try await expect("war", in: find, .title, finds: [4, 5, 3, 2, 1])
            try await expect("war", in: find, .newest, finds: [5, 4, 3, 2, 1])
            let sales = try (0..<3).map {
                StockChange.sale(of: try #require(ItemNumber(3)), key: key("a\($0)"))
            }
            for sale in sales + [.sale(of: first.item, key: key("b"))] { try store.commitUnlogged(sale) }
            try store.commitUnlogged(
                StockChange(item: try #require(ItemNumber(5)), price: try cents(1), units: nil))
            let new = NewBook(item: nil, title: "War Again", topic: "x", price: try cents(2), stock: 1)
            try store.commitUnlogged([.keeper(KeeperRequest(.add(new)))])
            try await expect("war", in: find, .sold, finds: [3, 1, 2, 4, 5, 10])
            try await expect("war", in: find, .cost, finds: [5, 10, 3, 4, 2, 1])
            let newest = try await items("war", in: find, .newest)
            #expect(newest.first == 10)
        }
    }

    @Test func filtersByTheShelf() async throws {
        try await withFind { find, _ in
            try await expect("war", in: find, .relevance, ShelfFilter(topic: "novels"), finds: [2, 3])
            try await expect("war", in: find, .relevance, ShelfFilter(stockMin: 1), finds: [5, 4, 1, 3])
            let priced = ShelfFilter(costMin: try cents(10_00), costMax: try cents(20_00))
            try await expect("war", in: find, .relevance, priced, finds: [2, 5])
            try await expect(nil, in: find, .cost, ShelfFilter(topic: "novels"), finds: [3, 6, 2])
            let few = try await items(nil, in: find, .title, ShelfFilter(stockMax: 1))
            #expect(few == [4, 6, 2, 9, 7, 8])
        }
    }

    @Test func partsAListIntoPages() async throws {
        try await withFind { find, _ in
            var all: [Int64] = []
            for page in 1...3 {
                let found = try await found("war", in: find, page: page, limit: 2)
                #expect(found.count == 5 && found.hasMore == (page < 3))
                all += found.items.map(\.value)
            }
            #expect(all == [2, 5, 4, 1, 3])
            let past = try await found("war", in: find, page: 4, limit: 2)
            #expect(past.count == 5 && past.items.isEmpty && !past.hasMore)
        }
    }

    @Test func followsFacts() async throws {
        try await withFind { find, store in
            let edit = BookEdit(
                item: try #require(ItemNumber(6)), title: "Odd Stories",
                facts: [
                    .authors: "Jane Doe; José Martí", .isbn: "9780140447934",
                    .description: "Tales of a warlord.",
                ])
            try store.commitUnlogged([.keeper(KeeperRequest(.edit(edit, expectedVersion: nil)))])
            for text in [
                "odd", "marti", "doe stories", "978-0-14-044793-4", "0140447938", "warlord", "\"tales of a\"",
            ] {
                try await expect(text, in: find, finds: [6])
            }
            try await expect("strange", in: find, finds: [])
            try await expect("warlor", in: find, finds: [])
            try store.commitUnlogged([.keeper(KeeperRequest(.retire(edit.item, expectedVersion: nil)))])
            try await expect("odd", in: find, finds: [])
            try store.commitUnlogged([.keeper(KeeperRequest(.restore(edit.item)))])
            try await expect("marti", in: find, finds: [6])
        }
    }

    /// More than are ranked: those that fit best still come first, and each stands in one place.
    @Test func ranksTheBestOfMany() async throws {
        try await withCatalogFolder { folder in
            let count = Int64(BookSelection.rankedCountMax + 500)
            let books = try (1...count).map {
                try book($0, title: $0 == count ? "Stories" : "Other Stories \($0)")
            }
            let store = try ShelvedStore.open(folder, firstBooks: { books })
            defer { try? store.close() }
            let find = BookFinder(catalog: store.store, shelf: store.shelf)
            defer { find.shutdown() }
            let first = try await found("stories", in: find, limit: 100)
            #expect(first.count == count && first.items.first?.value == count)
            var all: [ItemNumber] = []
            for page in 1...Int(count / 100) {
                all += try await found("stories", in: find, page: page, limit: 100).items
            }
            #expect(all.count == Int(count) && Set(all).count == Int(count))
        }
    }
}
