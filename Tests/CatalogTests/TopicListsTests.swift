import Model
import Testing

@testable import Catalog

@Suite struct TopicListsTests {
    private let lists = TopicLists([
        ("poetry", 3), ("art", 2), ("词", 70), ("zoology", 3), ("cooking", 1), ("été", 2),
    ])

    private func all(_ order: TopicLists.Order, limit: Int) throws -> [String] {
        var names: [String] = []
        while true {
            let page = try lists.page(order, after: names.last, limit: limit)
            #expect(page.count <= limit)
            if page.isEmpty { return names }
            names += page.map(\.topic)
        }
    }

    @Test(arguments: [1, 2, 4, 100]) func listsInEachOrderPageByPage(limit: Int) throws {
        #expect(try all(.name, limit: limit) == ["art", "cooking", "poetry", "zoology", "été", "词"])
        #expect(try all(.size, limit: limit) == ["词", "poetry", "zoology", "art", "été", "cooking"])
    }

    @Test func continuesAfterAMissingTopic() throws {
        #expect(try lists.page(.name, after: "b", limit: 1).map(\.topic) == ["cooking"])
        #expect(try lists.page(.name, after: "\u{10FFFF}", limit: 9).isEmpty)
        // Ordered by size, a missing topic has no position.
        #expect(throws: StoreError.self) { try lists.page(.size, after: "b", limit: 1) }
        #expect(try TopicLists([]).page(.size, after: nil, limit: 5).isEmpty)
    }

    @Test(.onEachStore) func followsAddedAndRetiredBooks() async throws {
        try await withCatalogFolder { folder in
            try folder.withStore { store in
                func names() throws -> [String] {
                    try store.topicLists().page(.size, after: nil, limit: 9).map { "\($0.topic) \($0.count)" }
                }
                #expect(try names() == ["distributed systems 2", "graduate school 2"])
                let new = NewBook(
                    item: nil, title: "t", topic: "graduate school", price: try cents(1), stock: 1)
                try store.commitUnlogged([.keeper(KeeperRequest(.add(new)))])
                #expect(try names() == ["graduate school 3", "distributed systems 2"])
                for item in [first.item, second.item] {
                    try store.commitUnlogged([
                        .keeper(KeeperRequest(.retire(item, expectedVersion: nil)))
                    ])
                }
                #expect(try names() == ["graduate school 3"])
            }
        }
    }

    @Test(.onEachStore) func manyTopicsAreSortedOnce() async throws {
        let books = try (1...50_000).map { try book(Int64($0), topic: "topic \($0 % 49_000)") }
        try await withCatalogFolder { folder in
            try folder.withStore(books) { store in
                let first = ContinuousClock().measure { _ = store.topicLists() }
                let later = ContinuousClock().measure {
                    for _ in 0..<100 { _ = try? store.topicLists().page(.size, after: "topic 7", limit: 44) }
                }
                // A hundred pages of the cached list take less time than one sort.
                #expect(later < first, "\(later) for 100 pages, \(first) for the sort")
            }
        }
    }
}
