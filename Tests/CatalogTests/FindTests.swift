import Foundation
import GRDB
import Model
import Storage
import TestSupport
import Testing

@testable import Catalog

/// The full-text index.
@Suite struct FindTests {
    private static let titles: [(title: String, topic: String)] = [
        ("How to get a good grade in 677", "distributed systems"),
        ("RPCs for Dummies", "distributed systems"),
        ("Xen and the Art of Surviving", "graduate school"), ("Crème Brûlée für Anfänger", "Küche"),
        ("C++ \"in\" 20 (minutes) AND NOT more", "programming"),
        ("100% * of: everything's OR", "programming"),
        ("Łódź, Århus & Ærø: straße", "travel"), ("日本語の本", "travel"),
        ("<script>alert(1)</script>", "security"),
    ]

    private func books() throws -> [Book] {
        try Self.titles.enumerated().map {
            try book(Int64($0.offset + 1), title: $0.element.title, topic: $0.element.topic)
        }
    }

    private func find(
        _ text: String, in find: BookFinder, topic: String? = nil, after: Int64 = 0, limit: Int = 100
    ) async throws -> [Int64] {
        guard let words = FindWords(text) else { return [] }
        let query = FindQuery(
            words: words, filter: ShelfFilter(topic: topic), order: .numbers(after: after), limit: limit)
        return try await find.found(query).items.map(\.value)
    }

    /// Runs `body` with an index over a store of books.
    private func withFind(
        _ folder: CatalogFolder, _ books: [Book], limits: SearchLimits = SearchLimits(),
        _ body: (BookFinder, ShelvedStore) async throws -> Void
    ) async throws {
        let store = try ShelvedStore.open(folder, firstBooks: { books })
        defer { try? store.close() }
        let find = BookFinder(catalog: store.store, shelf: store.shelf, limits: limits)
        defer { find.shutdown() }
        try await body(find, store)
    }

    @Test(
        .onEachStore,
        arguments: [
            ("good grade", [1]), ("GRADE good", [1]), ("rad", [1, 3]), ("ood gra", [1]), ("dist", [1, 2]),
            ("urviv", [3]), ("creme brulee", [4]), ("CRÈME", [4]), ("fur", [4]), ("kuche", [4]),
            ("küche", [4]),
            ("c++", [5]), ("\"in\"", [1, 5]), ("(minutes)", [5]), ("AND NOT", [5]), ("100%", [6]), ("*", []),
            ("of: everything", [6]), ("everything’s", [6]), ("OR", [6]), ("lodz", [7]), ("århus aero", [7]),
            ("strasse", [7]), ("日本", [8]), ("本語の", [8]), ("<script>", [9]), ("alert(1)", [9]),
            ("grde", [1]), ("gool", []), ("gadr", []), ("nothing of this", []), ("good brulee", []),
            ("a", [1, 3, 4, 5, 7, 9]), ("g", [1, 3]),
            ("xe", [3]),
            ("en", []), ("in 677", [1]), ("'", []), ("%", []), ("_", []), ("\\", []), ("\"", []),
            ("\"\"\"", []),
        ]) func findsByAnyPartOfAnyWord(text: String, items: [Int64]) async throws
    {
        try await withCatalogFolder { folder in
            try await withFind(folder, try books()) { find, _ in
                let found = try await self.find(text, in: find)
                #expect(found == items, "\(text)")
            }
        }
    }

    @Test(.onEachStore) func pagesThroughTheMatchesOfATopic() async throws {
        try await withCatalogFolder { folder in
            try await withFind(folder, try (1...50).map { try book($0, topic: $0 % 2 == 0 ? "even" : "odd") })
            {
                find, _ in
                let page = try await self.find("title", in: find, limit: 7)
                #expect(page == Array(1...7))
                let next = try await self.find("title", in: find, after: 7, limit: 3)
                #expect(next == [8, 9, 10])
                let even = try await self.find("title", in: find, topic: "even", after: 7, limit: 2)
                #expect(even == [8, 10])
                let short = try await self.find("ti", in: find, topic: "odd", after: 45)
                #expect(short == [47, 49])
                let none = try await self.find("title", in: find, topic: "other")
                #expect(none == [])
            }
        }
    }

    @Test(.onEachStore) func followsTheShop() async throws {
        try await withCatalogFolder { folder in
            try await withFind(folder, try books()) { find, store in
                let before = try await self.find("grade", in: find)
                #expect(before == [1])
                let new = NewBook(item: nil, title: "Grades", topic: "new", price: try cents(1), stock: 1)
                try store.commitUnlogged([
                    .keeper(KeeperRequest(.add(new))),
                    .keeper(KeeperRequest(.retire(first.item, expectedVersion: nil))),
                ])
                let after = try await self.find("grade", in: find)
                #expect(after == [10])
            }
            // The index is kept, and continues from its last state.
            try await withFind(folder, []) { find, store in
                try store.commitUnlogged([
                    .keeper(KeeperRequest(.retire(try #require(ItemNumber(10)), expectedVersion: nil)))
                ])
                let found = try await self.find("grade", in: find)
                #expect(found == [])
                let other = try await self.find("dummies", in: find)
                #expect(other == [2])
            }
        }
    }

    /// Behind a large import a search takes in its part and answers from what there is, but not from half an index.
    @Test(.onEachStore) func findsWhatIsThereWhileMuchIsMissing() async throws {
        let limits = SearchLimits(takenCountMax: 4, takingTimeMax: .seconds(0))
        try await withCatalogFolder { folder in
            try await withFind(folder, try books(), limits: limits) { find, store in
                for _ in 1...3 {
                    await #expect(throws: StoreError.overloaded(.indexGrowing)) {
                        try await self.find("grade", in: find)
                    }
                }
                let made = try await self.find("grade", in: find)
                #expect(made == [1])
                let new = try (0..<6).map { _ in
                    NewBook(item: nil, title: "Grades", topic: "new", price: try cents(1), stock: 1)
                }
                try store.commitUnlogged(new.map { .keeper(KeeperRequest(.add($0))) })
                let part = try await self.find("grade", in: find)
                #expect(part == [1, 10, 11, 12, 13])
                let all = try await self.find("grade", in: find)
                #expect(all == [1, 10, 11, 12, 13, 14, 15])
            }
        }
    }

    /// Authors, ISBN and description lead to a book, whether it had them before there was an index, came with them,
    /// was edited or came back.
    @Test(.onEachStore) func findsByWhatIsKnownOfABook() async throws {
        let dostoevsky = BookFacts([
            .isbn: "9780140449136", .authors: "Fyodor Dostoevsky; David McDuff",
            .description: "A student in St. Petersburg kills a pawnbroker. Dummies, says Xen.",
        ])
        let grade = BookFacts([.authors: "Xen Dummies", .isbn: "9780804429573"])
        try await withCatalogFolder { folder in
            try await withFind(folder, try books()) { find, store in
                func expect(_ text: String, _ items: [Int64]) async throws {
                    let query = FindQuery(
                        words: try #require(FindWords(text)), order: .sorted(.relevance, page: 1), limit: 9)
                    let found = try await find.found(query).items.map(\.value)
                    #expect(found == items, "\(text)")
                }
                func edit(_ item: Int64, _ facts: BookFacts) throws -> CatalogChange {
                    let facts = Dictionary(
                        uniqueKeysWithValues: facts.known.map { ($0.fact, $0.text as String?) })
                    let edit = BookEdit(item: try #require(ItemNumber(item)), facts: facts)
                    return .keeper(KeeperRequest(.edit(edit, expectedVersion: nil)))
                }
                try store.commitUnlogged([try edit(1, grade)])
                for isbn in ["9780804429573", "978-0-8044-2957-3", "0-8044-2957-X", "080442957x"] {
                    try await expect(isbn, [1])
                }
                let new = NewBook(
                    item: nil, title: "Crime and Punishment", topic: "novels", price: try cents(1), stock: 1,
                    facts: dostoevsky)
                try store.commitUnlogged([.keeper(KeeperRequest(.add(new)))])
                for text in [
                    "9780140449136", "978-0-14-044913-6", "0-14-044913-2", "ISBN 0140449132",
                    "dostoevsky", "Dostoevski", "mcduff crime", "pawnbroker", "\"student in st petersburg\"",
                ] {
                    try await expect(text, [10])
                }
                // The title comes before the authors, and both before the description.
                try await expect("dummies", [2, 1, 10])
                try await expect("xen", [3, 1, 10])
                let crime = try #require(ItemNumber(10))
                try store.commitUnlogged([.keeper(KeeperRequest(.retire(crime, expectedVersion: nil)))])
                try await expect("dostoevsky", [])
                try await expect("0-14-044913-2", [])
                try store.commitUnlogged([
                    .keeper(KeeperRequest(.restore(crime))), try edit(1, BookFacts([.authors: "Nobody"])),
                ])
                try await expect("dostoevsky", [10])
                try await expect("978-0-14-044913-6", [10])
                try await expect("dummies", [2, 10])
                try await expect("nobody", [1])
            }
        }
    }

    @Test(.onEachStore, arguments: ["rubbish", "", "SQLite format 3\u{0} and no more"])
    func rebuildsADamagedIndex(content: String) async throws {
        try await withCatalogFolder { folder in
            try await withFind(folder, try books()) { find, _ in
                try content.write(
                    toFile: folder.data + "/" + FindIndex.fileName, atomically: true, encoding: .utf8)
                try await eventually("the index is made again") {
                    (try? await self.find("grade", in: find)) == [1]
                }
            }
        }
    }
}
