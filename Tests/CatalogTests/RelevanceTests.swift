import Demo
import Model
import Testing

@testable import Catalog

/// How high find puts the book that is meant, over some thousand real titles.
@Suite struct RelevanceTests {
    /// A book further down counts as not found.
    private static let pageLimit = 20
    private static let worstCount = 12

    @Test(.onEachStore) func knownBooksComeFirst() async throws {
        try await withCatalogFolder { folder in
            let store = try ShelvedStore.open(folder, firstBooks: Self.books)
            defer { try? store.close() }
            try store.commitUnlogged(Self.descriptions())
            let find = BookFinder(catalog: store.store, shelf: store.shelf)
            defer { find.shutdown() }
            try await Self.waitForIndex(of: find)
            let known = try await Self.meanReciprocalRank(of: KnownBookQuery.all, "known books", in: find)
            #expect(known >= 0.95)
            let mistyped = try await Self.meanReciprocalRank(
                of: KnownBookQuery.mistyped, "with one typing error", in: find)
            #expect(mistyped >= 0.85)
        }
    }

    /// Each search takes in books for a moment, and is refused while there are more.
    private static func waitForIndex(of find: BookFinder) async throws {
        let asked = FindQuery(words: FindWords("the"), order: .sorted(.relevance, page: 1), limit: 1)
        for _ in 0..<searchCountMax {
            do {
                _ = try await find.found(asked)
                return
            } catch let error as StoreError where error == .overloaded(.indexGrowing) {}
        }
        Issue.record("the index does not become whole")
    }

    private static let searchCountMax = 100

    private static func books() throws -> [Book] {
        try DemoBooks.all.enumerated().map {
            try book(Int64($0.offset + 1), title: $0.element.title, topic: $0.element.topic)
        }
    }

    private static func descriptions() throws -> [CatalogChange] {
        try DemoBooks.all.enumerated().map { place, book in
            let facts = Dictionary(
                uniqueKeysWithValues: book.facts.known.map { ($0.fact, $0.text as String?) })
            let edit = BookEdit(item: try #require(ItemNumber(Int64(place + 1))), facts: facts)
            return .keeper(KeeperRequest(.edit(edit, expectedVersion: nil)))
        }
    }

    /// Asks all of them and prints what came of it.
    private static func meanReciprocalRank(
        of queries: [KnownBookQuery], _ name: String, in find: BookFinder
    ) async throws -> Double {
        #expect(queries.count >= 200)
        var sum = 0.0
        var misses: [(rank: Int?, query: KnownBookQuery)] = []
        for query in queries {
            let asked = FindQuery(
                words: FindWords(query.text), order: .sorted(.relevance, page: 1),
                limit: pageLimit)
            let found = try await find.found(asked).items
            let rank = found.firstIndex { $0.value == Int64(query.place + 1) }.map { $0 + 1 }
            sum += rank.map { 1 / Double($0) } ?? 0
            if rank != 1 { misses.append((rank, query)) }
        }
        let mean = sum / Double(queries.count)
        print("\(name): \(queries.count) queries, mean reciprocal rank \((mean * 10_000).rounded() / 10_000)")
        misses.sort { $0.rank ?? .max > $1.rank ?? .max }
        for (rank, query) in misses.prefix(worstCount) {
            let title = DemoBooks.all[query.place].title
            print("  \(rank.map(String.init) ?? "none")  \(query.kind): \(query.text) → \(title)")
        }
        return mean
    }
}
