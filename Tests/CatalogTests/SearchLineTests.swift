import Foundation
import Model
import Monitoring
import NIOCore
import Storage
import TestSupport
import Testing
import TierHTTP

@testable import Catalog

/// Which searches run, which wait, and how long ones end.
@Suite struct SearchLineTests {
    private static let start = NIODeadline.uptimeNanoseconds(1_000_000_000)

    private func line(_ change: (inout SearchLimits) -> Void = { _ in }) -> SearchLine {
        var limits = SearchLimits()
        change(&limits)
        return SearchLine(limits)
    }

    /// Like `#require`, which does not accept a mutating call.
    private func some<Value>(_ value: Value?) throws -> Value { try #require(value) }

    @Test func limitsConcurrentSearches() throws {
        var line = line { $0.waitingCountMax = 4 }
        let tickets = try (0..<4).map { _ in try some(line.offer(client: nil, at: Self.start)) }
        #expect(line.offer(client: nil, at: Self.start) == nil)
        #expect(line.next(at: Self.start).begin == Array(tickets[..<2]))
        #expect(line.next(at: Self.start).begin == [])
        #expect(line.runningCount == 2 && line.waitingCount == 2)
        line.end(tickets[0])
        #expect(line.next(at: Self.start).begin == [tickets[2]])
        #expect(line.offer(client: nil, at: Self.start) != nil)
    }

    @Test func refusesASearchThatWaitsTooLong() throws {
        var line = line { $0.atOnceMax = 1 }
        let first = try some(line.offer(client: nil, at: Self.start))
        #expect(line.next(at: Self.start).begin == [first])
        let late = try some(line.offer(client: nil, at: Self.start))
        let inTime = try some(line.offer(client: nil, at: Self.start + .milliseconds(900)))
        line.end(first)
        let next = line.next(at: Self.start + .milliseconds(1_100))
        #expect(next.late == [late] && next.begin == [inTime])
    }

    @Test func clientsTakeTurnsAndShareTheLine() throws {
        var line = line {
            $0.waitingCountMax = 6
            $0.atOnceMax = 1
        }
        let (a, b) = (ClientPresence(), ClientPresence())
        let (greedy, modest) = (ObjectIdentifier(a), ObjectIdentifier(b))
        let many = try (0..<3).map { _ in try some(line.offer(client: greedy, at: Self.start)) }
        #expect(line.offer(client: greedy, at: Self.start) == nil)
        #expect(line.next(at: Self.start).begin == [many[0]])
        let one = try some(line.offer(client: modest, at: Self.start))
        #expect(line.leave(many[1]) && !line.leave(many[1]) && !line.leave(many[0]))
        line.end(many[0])
        // Neither has a running search, so the order decides.
        #expect(line.next(at: Self.start).begin == [many[2]])
        line.end(many[2])
        #expect(line.next(at: Self.start).begin == [one])
        withExtendedLifetime((a, b)) {}
    }

    // MARK: In the index

    /// Runs `body` with an index of books: many match the first letters of a search, but none all of it.
    private func withFind(
        _ limits: SearchLimits, count: Int64 = 3_000, _ body: (BookFinder) async throws -> Void
    ) async throws {
        try await withCatalogFolder { folder in
            let books = try (1...count).map { try book($0, title: "Baaad aaa \($0)") }
            let store = try ShelvedStore.open(folder, firstBooks: { books })
            defer { try? store.close() }
            var limits = limits
            // However slow the machine, the first search waits for the index.
            limits.takingTimeMax = .seconds(60)
            let find = BookFinder(catalog: store.store, shelf: store.shelf, limits: limits)
            defer { find.shutdown() }
            try await body(find)
        }
    }

    private func search(
        _ text: String, in find: BookFinder, for client: ClientPresence? = nil
    ) async throws -> [Int64] {
        let query = FindQuery(words: FindWords(text), limit: 10)
        return try await find.found(query, for: client).items.map(\.value)
    }

    private static let long = String(repeating: "a", count: 192)

    @Test func findsALongWordOfOneLetter() async throws {
        try await withFind(SearchLimits()) { find in
            let none = try await search(Self.long, in: find)
            #expect(none == [])
            let one = try await search("aaad 2999", in: find)
            #expect(one == [2_999])
        }
    }

    @Test func abandonsASearchThatTakesTooLong() async throws {
        var limits = SearchLimits()
        limits.timeMax = .zero
        try await withFind(limits) { find in
            let error = await #expect(throws: StoreError.self) { try await search("Baaad", in: find) }
            #expect(error == .overloaded(.searchTooLong))
        }
    }

    @Test func anAbandonedSearchEnds() async throws {
        try await withCatalogFolder { folder in
            // The beginning of a hundred words: before each the search asks whether it goes on.
            let books = try (1...3_000).map { try book($0, title: "Baaad\($0 % 100)") }
            let store = try ShelvedStore.open(folder, firstBooks: { books })
            defer { try? store.close() }
            let index = try FindIndex(
                in: folder.data, ledger: store.ledger, searchCountMax: 1)
            while try !index.catchUp(with: store.store, countMax: 1_000) {}
            let words = try #require(FindWords("baaad"))
            let client = ClientPresence()
            let counter = Counter()
            let abandoned = try index.search {
                // The client leaves while it is searched.
                if counter.next() == 3 { client.leave() }
                return !client.hasLeft
            } body: {
                try $0.candidates(for: words).items.count
            }
            #expect(abandoned == nil)
            #expect(counter.count == 3)
            // The connection serves the next search normally.
            let found = try index.search {
                true
            } body: {
                try $0.candidates(for: words).items.count
            }
            #expect(found == 3_000)
        }
    }

    @Test func aLeavingClientEndsItsSearches() async throws {
        var limits = SearchLimits()
        limits.atOnceMax = 0
        limits.waitingCountMax = 2
        try await withFind(limits, count: 3) { find in
            let client = ClientPresence()
            let other = ClientPresence()
            let first = Task { try await search("aaa", in: find, for: client) }
            try await eventually("it waits") { find.waitingCount == 1 }
            let second = Task { try await search("aaa", in: find, for: other) }
            try await eventually("both wait") { find.waitingCount == 2 }
            let refused = await #expect(throws: StoreError.self) { try await search("aaa", in: find) }
            #expect(refused == .overloaded(.searchesWaiting))
            client.leave()
            other.leave()
            for left in [await first.result, await second.result] {
                guard case .failure(let error as StoreError) = left else {
                    Issue.record("\(left)")
                    continue
                }
                #expect(error == .clientLeft && Problem(error).status.code == 408)
            }
        }
    }

    @Test func findsBothFormsOfAFinalSigma() async throws {
        try await withCatalogFolder { folder in
            let store = try ShelvedStore.open(
                folder,
                firstBooks: { [try book(1, title: "Ο ΛΟΓΟΣ"), try book(2, title: "λόγος")] })
            defer { try? store.close() }
            let find = BookFinder(catalog: store.store, shelf: store.shelf)
            defer { find.shutdown() }
            for text in ["λογος", "ΛΟΓΟΣ", "λόγοσ"] {
                let found = try await search(text, in: find)
                #expect(found == [1, 2])
            }
        }
    }
}

private final class Counter {
    private(set) var count = 0

    func next() -> Int {
        count += 1
        return count
    }
}

extension Result where Failure == any Error {
    fileprivate static func of(_ body: () async throws -> Success) async -> Result {
        do { return .success(try await body()) } catch { return .failure(error) }
    }
}
