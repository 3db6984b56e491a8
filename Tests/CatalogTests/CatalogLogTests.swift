import Foundation
import Model
import NIOCore
import Services
import Storage
import TestSupport
import Testing

@testable import Catalog

/// The content of the catalog log and when it is written.
@Suite struct CatalogLogTests {
    @Test(.onEachStore) func readsAsInTheContract() async throws {
        try await withCatalogFolder { folder in
            try await withLoops { loops in
                let loop = loops.slots[0].eventLoop
                try await folder.withEngine { engine in
                    _ = engine.listings(topic: "distributed systems")
                    _ = try engine.book(second.item)
                    _ = try await engine.update(.sale(of: second.item, key: key("a")), on: loop).get()
                }
            }
            #expect(
                try folder.logText() == """
                    init,1,3,10,distributed systems,How to get a good grade in 677 in 20 minutes a day
                    init,2,3,20,distributed systems,RPCs for Dummies
                    init,3,3,5,graduate school,Xen and the Art of Surviving Graduate School
                    init,4,3,15,graduate school,Cooking for the Impatient Graduate Student
                    query_by_topic,distributed systems
                    query_by_item,2
                    update,2,na,-1

                    """)
        }
    }

    @Test(.onEachStore) func logsOnlyExecutedOperations() async throws {
        let unknown = try #require(ItemNumber(99))
        let changes = [
            StockChange(item: second.item, price: try cents(10_50), units: 5),
            StockChange(item: second.item, price: try cents(7)),
            StockChange(item: second.item, units: -100, key: key("refused")),
            .sale(of: second.item, key: key("a")), .sale(of: second.item, key: key("a")),
            .sale(of: unknown, key: key("b")), .sale(of: first.item, key: key("a")),
        ]
        try await withCatalogFolder { folder in
            try await withLoops { loops in
                let loop = loops.slots[0].eventLoop
                try await folder.withEngine { engine in
                    for change in changes { _ = try? await engine.update(change, on: loop).get() }
                    #expect(throws: StoreError.unknownItem(unknown)) { try engine.book(unknown) }
                    _ = engine.listings(topic: "gardening")
                }
            }
            // A search without results was executed, too.
            #expect(
                try folder.logLines() == defaultInitLines + [
                    "update,2,10.50,5", "update,2,0.07,na", "update,2,na,-1", "query_by_topic,gardening",
                ])
        }
    }

    @Test(.onEachStore) func logsAnUpdateBeforeItsAnswer() async throws {
        try await withCatalogFolder { folder in
            try await withLoops { loops in
                let loop = loops.slots[0].eventLoop
                try await folder.withEngine { engine in
                    // Earlier queries are written with it, because they were executed first.
                    _ = try engine.book(first.item)
                    _ = try await engine.update(StockChange(item: first.item, units: 2), on: loop).get()
                    #expect(try folder.logLines() == defaultInitLines + ["query_by_item,1", "update,1,na,2"])
                    _ = try engine.book(second.item)
                    // No later update writes this query.
                    try await eventually("the query's line") {
                        try folder.logLines().last == "query_by_item,2"
                    }
                }
            }
        }
    }

    @Test(.onEachStore) func firstBooksReadBackFromTheLog() async throws {
        let books = [
            try book(1, title: "Commas, \"quotes\", + and %20", topic: "a, b"),
            try book(2, title: "\"quoted\",twice", topic: "\"quoted\""),
            try book(3, title: "שלום 📚 e\u{301}", topic: "日本語"),
            try book(4, title: "\u{301}starts with a mark", topic: "\"odd"),
        ]
        try await withCatalogFolder { folder in
            try await folder.withEngine(books) { _ in }
            #expect(try BooksFile.read(path: folder.logPath) == books)
        }
    }

    @Test(.onEachStore, arguments: [(QueryLogging.all, 250), (.sampled, 3), (.off, 0)])
    func limitsTheLinesOfQueries(queryLogging: QueryLogging, lineCount: Int) async throws {
        try await withCatalogFolder { folder in
            try await withLoops { loops in
                let loop = loops.slots[0].eventLoop
                try await folder.withEngine(queryLogging: queryLogging) { engine in
                    for _ in 0..<250 { _ = try engine.book(first.item) }
                    _ = try await engine.update(StockChange(item: first.item, units: 1), on: loop).get()
                }
            }
            let lines = try folder.logLines()
            #expect(lines.count { $0 == "query_by_item,1" } == lineCount)
            // Updates are never omitted.
            #expect(lines.count { $0 == "update,1,na,1" } == 1)
        }
    }

    @Test(.onEachStore) func startsANewFileAfterRotation() async throws {
        let rotated = { (folder: CatalogFolder) in folder.logPath + ".1" }
        try await withCatalogFolder { folder in
            try await withLoops { loops in
                let loop = loops.slots[0].eventLoop
                try await folder.withEngine { engine in
                    _ = try await engine.update(.sale(of: first.item, key: key("a")), on: loop).get()
                    try FileManager.default.moveItem(atPath: folder.logPath, toPath: rotated(folder))
                    // Until the log is reopened, it writes to the renamed file.
                    _ = try await engine.update(.sale(of: first.item, key: key("b")), on: loop).get()
                    try engine.reopenLog()
                    _ = try await engine.update(StockChange(item: second.item, units: 9), on: loop).get()
                }
                // A restart finds nothing to repair.
                try await folder.withEngine { _ in }
            }
            let old = try String(contentsOfFile: rotated(folder), encoding: .utf8)
            #expect(
                old.split(separator: "\n").map(String.init) == defaultInitLines + [
                    "update,1,na,-1", "update,1,na,-1",
                ])
            #expect(try folder.logLines() == ["update,2,na,9"])
        }
    }
}
