import Foundation
import GRDB
import Model
import Storage
import TestSupport
import Testing

@testable import Catalog

/// What is said of a book changes, and retired books come back.
@Suite struct EditingTests {
    private static let other = "9780140447934"

    @Test(.onEachStore) func anEditChangesWhatItNames() async throws {
        try await withCatalogFolder { folder in
            try folder.withStore { store in
                try store.commitUnlogged(.sale(of: first.item, key: key("a")))
                let made = try request(
                    edit(
                        title: "War, \"and\" Peace",
                        facts: [.isbn: warAndPeaceISBN, .authors: "Leo Tolstoy; A. Maude"]),
                    store, actor: "ann"
                ).get()[0]
                #expect(made.book.title == "War, \"and\" Peace" && made.book.topic == first.topic)
                #expect(
                    made.facts[.isbn] == warAndPeaceISBN && made.facts.authors == ["Leo Tolstoy", "A. Maude"])
                #expect(made.version == 2 && made.book.stock == 2 && made.sold == 1)
                #expect(try store.details(of: first.item) == made)
                // The memory follows, in the lists too.
                #expect(store.book(first.item) == made.book)
                #expect(store.listings(topic: first.topic).map(\.title) == [made.book.title, second.title])
                let record = try #require(try store.movements(MovementFilter(limit: 1)).records.first)
                #expect(record.kind == .edit && record.units == 0 && record.stockAfter == 2)
                #expect(record.actor == "ann" && record.priceAfter == first.price && record.price == nil)
                #expect(
                    record.changes == [
                        FieldChange(field: "title", from: first.title, to: "War, \"and\" Peace"),
                        FieldChange(field: "isbn", from: nil, to: warAndPeaceISBN),
                        FieldChange(field: "authors", from: nil, to: "Leo Tolstoy; A. Maude"),
                    ])
                // Sales go on from there.
                try store.commitUnlogged(.sale(of: first.item, key: key("b")))
                #expect(store.book(first.item)?.title == made.book.title)
                #expect(try store.receipt(of: key("a"))?.title == made.book.title)
            }
            try folder.withStore { store in
                #expect(store.book(first.item)?.title == "War, \"and\" Peace")
                #expect(store.book(first.item)?.stock == 1)
                #expect(
                    try store.movementLines() == [
                        "update,1,na,-1",
                        #"edit,1,{"title":"War, \"and\" Peace","isbn":"\#(warAndPeaceISBN)","authors":["Leo Tolstoy","A. Maude"]}"#,
                        "update,1,na,-1",
                    ])
                let kinds = try store.movements(MovementFilter(kind: .edit, limit: 9)).records.map(\.sequence)
                #expect(kinds == [2])
                var chain = MovementFilter(limit: 9)
                chain.item = first.item
                #expect(try store.movements(chain).records.map(\.sequence) == [3, 2, 1])
                chain.kind = .edit
                #expect(try store.movements(chain).records.map(\.changes.count) == [3])
                // The opening state is what it was.
                var opening: [Book] = []
                try store.store.forEachOpeningBook { opening.append($0) }
                #expect(opening == Book.defaults)
            }
        }
    }

    @Test(.onEachStore) func onlyWhatIsOtherIsAnEdit() async throws {
        try await withCatalogFolder { folder in
            try folder.withStore { store in
                let made = try request(
                    edit(title: first.title, topic: "new", facts: [.isbn: warAndPeaceISBN, .publisher: nil]),
                    store
                ).get()[0]
                #expect(
                    try store.movementLines() == [#"edit,1,{"topic":"new","isbn":"\#(warAndPeaceISBN)"}"#])
                let same = try request(
                    edit(topic: "new", facts: [.isbn: warAndPeaceISBN]), store, actor: "ann", key: "k")
                #expect(try same.get() == [made] && store.lastMovement == 1)
                #expect(try request(edit(facts: [.isbn: nil, .cover: nil]), store).get()[0].facts.isEmpty)
                #expect(try store.movementLines().last == #"edit,1,{"isbn":null}"#)
                #expect(try store.store.facts(of: [first.item, second.item]).isEmpty)
                let unknown = try #require(ItemNumber(99))
                #expect(try request(edit(unknown, title: "T"), store) == .failure(.unknownItem(unknown)))
            }
        }
    }

    @Test(.onEachStore) func anEditIsConditional() async throws {
        try await withCatalogFolder { folder in
            try folder.withStore { store in
                let seen = try request(edit(title: "One", version: 0), store).get()[0]
                let stale = try request(edit(title: "Two", version: 0), store)
                guard case .failure(.changed(let detail, [seen])) = stale else {
                    Issue.record("\(stale)")
                    return
                }
                #expect(detail == "book 1 has changed: its version is 1, not 0")
                #expect(store.book(first.item)?.title == "One" && store.lastMovement == 1)
                #expect(try request(edit(title: "Two", version: 1), store).get()[0].book.title == "Two")
            }
        }
    }

    @Test(.onEachStore) func topicsMove() async throws {
        try await withCatalogFolder { folder in
            try folder.withStore { store in
                _ = try request(edit(topic: "graduate school"), store).get()
                #expect(store.listings(topic: "graduate school").map(\.item.value) == [1, 3, 4])
                #expect(store.listings(topic: first.topic).map(\.item.value) == [2])
                _ = try request(edit(second.item, topic: "quite new"), store).get()
                let topics = try store.topicLists().page(.name, after: nil, limit: 9)
                #expect(topics.map { "\($0.topic) \($0.count)" } == ["graduate school 3", "quite new 1"])
                _ = try request(edit(topic: first.topic), store).get()
                #expect(store.listings(topic: first.topic).map(\.item.value) == [1])
            }
        }
    }

    /// Sales are totalled under the topic that their book has.
    @Test(.onEachStore) func totalsFollowTheTopic() async throws {
        try await withCatalogFolder { folder in
            try folder.withStore { store in
                let totals = LedgerTotals()
                let today = Timestamp(millis: Int64(Date().timeIntervalSince1970 * 1000)).dayNumber
                let read = {
                    try totals.read(from: store.store, dayCount: 2, today: today).map {
                        "\($0.topic) \($0.count)"
                    }
                }
                try store.commitUnlogged(.sale(of: first.item, key: key("a")))
                #expect(try read() == ["distributed systems 1"])
                _ = try request(edit(title: "Other"), store).get()
                #expect(try read() == ["distributed systems 1"])
                _ = try request(edit(topic: "new"), store).get()
                try store.commitUnlogged(.sale(of: first.item, key: key("b")))
                #expect(try read() == ["new 2"])
            }
        }
    }

    @Test(.onEachStore) func anISBNIsOfOneBookInTheShop() async throws {
        try await withCatalogFolder { folder in
            try folder.withStore { store in
                _ = try request(edit(facts: [.isbn: warAndPeaceISBN]), store).get()
                let twice = edit(second.item, facts: [.isbn: warAndPeaceISBN])
                guard case .failure(.conflict(_, let current)) = try request(twice, store) else {
                    Issue.record("two books have one ISBN")
                    return
                }
                #expect(current.map(\.book.item) == [first.item])
                let new = NewBook(
                    item: nil, title: "T", topic: "t", price: try cents(1_00), stock: 1,
                    facts: warAndPeaceFacts)
                #expect(throws: StoreError.self) { try request(.add(new), store).get() }
                #expect(try store.movementLines().count == 1)
                // A book that left the shop gives it free, and does not come back beside the other.
                _ = try request(.retire(first.item, expectedVersion: nil), store).get()
                _ = try request(twice, store).get()
                #expect(throws: StoreError.self) { try request(.restore(first.item), store).get() }
                _ = try request(edit(second.item, facts: [.isbn: nil]), store).get()
                _ = try request(.restore(first.item), store).get()
            }
        }
    }

    /// After a recovery from logs.
    @Test(.onEachStore) func aCoverWithoutItsImageIsNotShown() async throws {
        try await withCatalogFolder { folder in
            try folder.withStore { store in
                let cover = Cover(digest: String(repeating: "a", count: 64), image: [1])
                _ = try request(.cover(cover, of: first.item, expectedVersion: nil), store).get()
                #expect(try store.store.facts(of: [first.item])[first.item]?[.cover] == cover.digest)
            }
            try folder.execute("DELETE FROM cover")
            try folder.withStore { store in
                let shown = try store.store.facts(of: [first.item])
                let kept = try store.details(of: first.item).facts
                #expect(shown[first.item]?[.cover] == nil && kept[.cover] != nil)
            }
        }
    }

    @Test(.onEachStore) func booksAreAddedWithFacts() async throws {
        try await withCatalogFolder { folder in
            try folder.withStore { store in
                let new = NewBook(
                    item: nil, title: "War and Peace", topic: "t", price: try cents(5_00), stock: 2,
                    facts: warAndPeaceFacts)
                let added = try request(.add(new), store, actor: "ann", key: "k").get()
                #expect(added.map(\.facts) == [warAndPeaceFacts] && added[0].version == 2)
                #expect(try request(.add(new), store, key: "k").get() == added)
                let records = try store.movements(MovementFilter(limit: 9)).records
                #expect(records.map(\.kind) == [.edit, .add] && records.allSatisfy { $0.actor == "ann" })
                let plain = NewBook(
                    item: nil, title: "War and Peace", topic: "t", price: try cents(5_00), stock: 2)
                #expect(try request(.add(plain), store, key: "k") == .failure(.keyReused))
                #expect(store.book(added[0].book.item) == added[0].book)
                #expect(
                    try store.store.items(isbns: [warAndPeaceISBN]).map(\.item) == [added[0].book.item])
                #expect(try store.store.items(isbns: [Self.other]).isEmpty)
                #expect(
                    try store.store.facts(of: [first.item, added[0].book.item])
                        == [added[0].book.item: warAndPeaceFacts])
                #expect(
                    try store.store.details(of: [added[0].book.item, first.item]).map(\.facts)
                        == [.none, warAndPeaceFacts])
                // An edit later does not change with what it was added.
                _ = try request(edit(added[0].book.item, title: "Other", topic: "u"), store).get()
                #expect(try store.movementLines()[0] == "init,5,2,5,t,War and Peace")
                #expect(try request(.add(new), store, key: "k").get().map(\.book.title) == ["Other"])
            }
        }
    }

    @Test(.onEachStore) func aKeyIsBoundToOneEdit() async throws {
        try await withCatalogFolder { folder in
            try folder.withStore { store in
                let work = edit(title: "One", topic: first.topic)
                let made = try request(work, store, key: "k").get()
                // Also after others have changed the book.
                _ = try request(edit(title: "Two"), store).get()
                #expect(try request(work, store, key: "k").get().map(\.book.title) == ["Two"])
                #expect(made.map(\.book.title) == ["One"])
                #expect(try request(edit(title: "Three"), store, key: "k") == .failure(.keyReused))
                let otherBook = edit(second.item, title: "One")
                #expect(try request(otherBook, store, key: "k") == .failure(.keyReused))
                #expect(try request(.restore(first.item), store, key: "k") == .failure(.keyReused))
                #expect(store.lastMovement == 2)
            }
        }
    }

    @Test(.onEachStore) func aRetiredBookComesBack() async throws {
        try await withCatalogFolder { folder in
            try folder.withStore { store in
                try store.commitUnlogged(.sale(of: first.item, key: key("a")))
                let unretired = try request(.restore(first.item), store)
                guard case .failure(.conflict("book 1 is in the shop already", let current)) = unretired
                else {
                    Issue.record("\(unretired)")
                    return
                }
                #expect(current.map(\.version) == [1])
                _ = try request(.retire(first.item, expectedVersion: nil), store).get()
                // It can be edited, and stays retired.
                #expect(try request(edit(title: "Better", topic: "new"), store).get()[0].isRetired)
                #expect(store.book(first.item) == nil && store.listings(topic: "new").isEmpty)
                for _ in 1...2 {
                    let back = try request(.restore(first.item), store, actor: "ann", key: "r").get()[0]
                    #expect(!back.isRetired && back.version == 4 && back.book.stock == 2 && back.sold == 1)
                }
                #expect(store.book(first.item)?.title == "Better" && store.book(first.item)?.stock == 2)
                #expect(store.listings(topic: "new").map(\.title) == ["Better"] && store.bookCount == 4)
                #expect(
                    try store.outcome(of: .sale(of: first.item, key: key("b")))
                        == .success(
                            .applied(sale: SalePosition(ledger: store.ledger, number: 2), replayed: false)))
                let unknown = try #require(ItemNumber(99))
                #expect(try request(.restore(unknown), store) == .failure(.unknownItem(unknown)))
                #expect(
                    try store.movementLines() == [
                        "update,1,na,-1", "retire,1", #"edit,1,{"title":"Better","topic":"new"}"#,
                        "restore,1", "update,1,na,-1",
                    ])
                let record = try #require(
                    try store.movements(MovementFilter(kind: .restore, limit: 9)).records.first)
                #expect(record.actor == "ann" && record.changes.isEmpty)
            }
            try folder.withStore { store in
                #expect(store.book(first.item)?.title == "Better" && store.book(first.item)?.stock == 1)
            }
        }
    }

    /// Whatever happens to a book within a batch, memory and database end the same.
    @Test(.onEachStore) func aBatchEndsRight() async throws {
        let retire = CatalogChange.keeper(KeeperRequest(.retire(first.item, expectedVersion: nil)))
        let restore = CatalogChange.keeper(KeeperRequest(.restore(first.item)))
        let rename = CatalogChange.keeper(KeeperRequest(edit(title: "Renamed", topic: "moved")))
        let sale = { (name: String) in CatalogChange.update(.sale(of: first.item, key: key(name))) }
        for (changes, isThere, stock, title) in [
            ([retire, restore], true, 3, first.title),
            ([retire, restore, retire], false, 3, first.title),
            ([sale("a"), retire, rename, restore, sale("b")], true, 1, "Renamed"),
            ([sale("a"), rename, sale("b"), retire, restore], true, 1, "Renamed"),
            ([rename, sale("a"), retire], false, 2, "Renamed"),
        ] {
            try await withCatalogFolder { folder in
                let lists = try folder.withStore { store in
                    for result in try store.commitUnlogged(changes).results { _ = try result.get() }
                    #expect(store.book(first.item)?.stock == (isThere ? Int64(stock) : nil))
                    #expect(store.book(first.item)?.title == (isThere ? title : nil))
                    #expect(try store.details(of: first.item).book.stock == stock)
                    return try self.lists(of: store)
                }
                try folder.withStore { store in
                    let read = try self.lists(of: store)
                    #expect(read == lists)
                    #expect(lists.contains { $0.hasPrefix("1 ") } == isThere)
                }
            }
        }
    }

    private func lists(of store: ShelvedStore) throws -> [String] {
        ["moved", first.topic].flatMap { topic in
            store.listings(topic: topic).map { "\($0.item) \($0.title) \(topic)" }
        }
    }

    /// What is refused leaves nothing behind, of no part of it.
    @Test(.onEachStore) func aRefusedRequestIsUndone() async throws {
        try await withCatalogFolder { folder in
            try folder.withStore { store in
                let taken = NewBook(
                    item: first.item, title: "T", topic: "t", price: try cents(1), stock: 0,
                    facts: warAndPeaceFacts
                )
                guard case .failure(.conflict) = try request(.add(taken), store) else {
                    Issue.record("added")
                    return
                }
                #expect(store.lastMovement == 0 && store.book(first.item) == first)
                #expect(try store.details(of: first.item).facts.isEmpty)
            }
        }
    }

    @Test(.onEachStore) func theLogIsCompletedAndWrittenAnew() async throws {
        try await withCatalogFolder { folder in
            try await folder.withEngine { _ in }
            try folder.withStore { store in
                let new = NewBook(
                    item: nil, title: "New", topic: "t", price: try cents(1_00), stock: 2,
                    facts: BookFacts([.language: "en"]))
                _ = try request(.add(new), store).get()
                _ = try request(edit(title: "Renamed, twice", topic: "u, v"), store).get()
                _ = try request(.retire(second.item, expectedVersion: nil), store).get()
                _ = try request(.restore(second.item), store).get()
                _ = try request(edit(try #require(ItemNumber(5)), title: "Newer"), store).get()
            }
            let whole =
                defaultInitLines + [
                    "init,5,2,1,t,New", #"edit,5,{"language":"en"}"#,
                    #"edit,1,{"title":"Renamed, twice","topic":"u, v"}"#, "retire,2", "restore,2",
                    #"edit,5,{"title":"Newer"}"#,
                ]
            for count in [whole.count, 7, 5] {
                try await folder.withEngine { #expect($0.bookInShop(first.item)?.topic == "u, v") }
                #expect(try folder.ledgerLines() == whole)
                try (whole.prefix(count).joined(separator: "\n") + "\n").write(
                    toFile: folder.logPath, atomically: true, encoding: .utf8)
            }
            try await folder.withEngine { _ in }
            #expect(try folder.ledgerLines() == whole)
            try FileManager.default.removeItem(atPath: folder.logPath)
            try await folder.withEngine { _ in }
            #expect(try folder.ledgerLines() == whole)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/output").count == 1)
        }
    }
}
