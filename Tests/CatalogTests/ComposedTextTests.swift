import Foundation
import Model
import TestSupport
import Testing

@testable import Catalog

/// Stores of older versions, in which a topic may exist in two spellings.
@Suite struct ComposedTextTests {
    private static let composed = "Caf\u{E9}"
    private static let decomposed = "Cafe\u{301}"

    private static func books() throws -> [Book] {
        [
            try book(1, title: "One", topic: composed),
            try book(2, title: "Re\u{301}sume\u{301}", topic: decomposed),
            try book(3, title: " \u{200B}", topic: "plain "),
            try book(4, title: "\u{202E}drawkcab", topic: "plain"),
        ]
    }

    @Test func mergesTopicsThatLookAlike() async throws {
        try await withCatalogFolder { folder in
            try await folder.makeOlderDatabase(try Self.books()) { _ in }
            try folder.withStore { store in
                #expect(store.listings(topic: Self.composed).map(\.item.value) == [1, 2])
                #expect(store.listings(topic: Self.decomposed).isEmpty)
                let topics = try store.topicLists().page(.name, after: nil, limit: 99).map {
                    "\($0.topic):\($0.count)"
                }.sorted()
                #expect(topics == ["\(Self.composed):2", "plain :1", "plain:1"])
                let title = try #require(store.listings(topic: Self.composed).last?.title)
                #expect(title.utf8.elementsEqual("R\u{E9}sum\u{E9}".utf8))
                // A title that an older version accepted stays unchanged, even if it is invalid for this version.
                #expect(store.book(try #require(ItemNumber(3)))?.title == " \u{200B}")
                #expect(store.book(try #require(ItemNumber(4)))?.title == "\u{202E}drawkcab")
                var filter = BookFilter(limit: 10)
                filter.topic = Self.composed
                #expect(try store.store.books(filter, while: { true }).count == 2)
            }
        }
    }

    /// The log of the older store stays, whole or cut by a crash, and yields the books of the migrated database.
    @Test func theOlderLogStillMatchesTheStore() async throws {
        let books = try Self.books()
        let added = try book(9, title: "E\u{301}tude", topic: Self.decomposed)
        let lines = books.map(BookLine.text) + ["update,2,na,-1", BookLine.text(added)]
        #expect(!lines[1].utf8.elementsEqual(BookLine.text(try BookLine.parse(logged: lines[1][...])).utf8))
        for lineCount in 4...6 {
            try await withCatalogFolder { folder in
                try await folder.makeOlderDatabase(books) { database in
                    try database.execute(
                        sql: """
                            INSERT INTO movement (sequence, item_number, units, stock_after, at_millis, price_after)
                            VALUES (1, 2, -1, 2, 0, 1000);
                            UPDATE book SET stock = 2, last_movement = 1 WHERE item_number = 2;
                            INSERT INTO book (item_number, title, topic, price_cents, stock, opening_price_cents,
                                opening_stock, added_by, last_movement)
                            VALUES (9, 'E\u{301}tude', 'Cafe\u{301}', 1000, 3, 1000, 0, 2, 2);
                            INSERT INTO movement
                                (sequence, item_number, units, price_cents, stock_after, at_millis, kind, price_after)
                            VALUES (2, 9, 3, 1000, 3, 0, 1, 1000);
                            """)
                }
                let older = lines.prefix(lineCount).joined(separator: "\n") + "\n"
                try older.write(toFile: folder.logPath, atomically: false, encoding: .utf8)
                try await folder.withEngine { _ in }
                // The log is compared and completed, and not rewritten.
                let text = try folder.logText()
                #expect(text.utf8.starts(with: older.utf8))
                #expect(try folder.logLines().count == 6)
                #expect(
                    try FileManager.default.contentsOfDirectory(atPath: folder.path + "/output").count == 1)
                try folder.withStore { store in
                    for line in try folder.logLines() where line.hasPrefix("init,") {
                        let logged = try BookLine.parse(logged: line[...])
                        let known = try #require(store.book(logged.item))
                        #expect(logged.title.utf8.elementsEqual(known.title.utf8))
                        #expect(logged.topic.utf8.elementsEqual(known.topic.utf8))
                    }
                }
                // The same holds after a restart, which reads from the mark on.
                try await folder.withEngine { _ in }
                #expect(try folder.logText() == text)
            }
        }
    }
}
