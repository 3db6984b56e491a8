import Model
import NIOCore
import NIOEmbedded
import NIOPosix
import StoreAPI
import Testing
import TierHTTP

@testable import Catalog

/// Searches: pages, and cached answers that last until the topic changes.
@Suite struct SearchTests {
    private func listings(_ numbers: [Int64]) throws -> [Listing] {
        try numbers.map { Listing(item: try #require(ItemNumber($0)), title: "book \($0)") }
    }

    private func numbers(_ listings: [Listing]) -> [Int64] { listings.map(\.item.value) }

    @Test(
        arguments: [
            (limit: nil, after: nil, books: [2, 3, 5, 8, 13]), (2, nil, [2, 3]), (nil, 3, [5, 8, 13]),
            (2, 3, [5, 8]), (2, 4, [5, 8]), (2, 8, [13]), (2, 13, []), (2, 99, []), (1, 1, [2]),
            (100, 2, [3, 5, 8, 13]),
        ] as [(limit: Int?, after: Int64?, books: [Int64])])
    func pages(limit: Int?, after: Int64?, books: [Int64]) throws {
        let page = SearchPage(limit: limit, after: after.flatMap { ItemNumber($0) })
        #expect(numbers(CatalogRoutes.books(of: try listings([2, 3, 5, 8, 13]), in: page)) == books)
    }

    private func body(_ reply: TierReply, on eventLoop: any EventLoop) throws -> ByteBuffer {
        try TierReply.future(on: eventLoop) { reply }.wait().body
    }

    @Test(arguments: [3, 5_000]) func cachesAnAnswerUntilItsTopicChanges(count: Int64) throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        defer { try? group.syncShutdownGracefully() }
        let answers = TopicAnswers()
        var books = try listings(Array(1...count))
        func answer() throws -> ByteBuffer {
            try body(answers.reply(topic: "t", listings: books, on: group.next()), on: group.next())
        }
        func storage(_ bytes: ByteBuffer) -> UnsafeRawPointer? {
            bytes.withUnsafeReadableBytes(\.baseAddress)
        }
        let first = try answer()
        #expect(first == Listing.result(books))
        #expect(storage(try answer()) == storage(first))
        books.append(Listing(item: try #require(ItemNumber(count + 1)), title: "new"))
        let second = try answer()
        #expect(second == Listing.result(books))
        books.removeLast()
        #expect(try answer() == first)
        // The same number of books, but one differs.
        books[0] = Listing(item: books[0].item, title: "renamed")
        #expect(try answer() == Listing.result(books))
    }

    @Test func anotherTopicHasItsOwnAnswer() throws {
        let answers = TopicAnswers()
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        defer { try? group.syncShutdownGracefully() }
        for topic in ["a", "b", "a"] {
            let books = [Listing(item: try #require(ItemNumber(1)), title: topic)]
            let body = try body(
                answers.reply(topic: topic, listings: books, on: group.next()), on: group.next())
            #expect(body == Listing.result(books))
        }
        let none = try body(answers.reply(topic: "none", listings: [], on: group.next()), on: group.next())
        #expect(String(buffer: none) == #"{"result":[]}"#)
    }
}
