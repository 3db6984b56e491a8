import Foundation
import Model
import TestSupport
import Testing

@testable import Audit

/// The logs of several servers over one database.
@Suite struct LogMatchingTests {
    private func numbers(_ logs: [[String]], _ expected: [Int64: [String]]) -> [Int64?] {
        LogMatching.numbers(of: logs, among: expected)
    }

    @Test func aLogBelongsToWhoseLinesItHas() {
        #expect(numbers([["a", "b"], ["c"]], [1: ["c"], 2: ["a", "b"]]) == [2, 1])
        // Of the same lines the order decides.
        #expect(numbers([["a", "b"], ["b", "a"]], [1: ["b", "a"], 2: ["a", "b"]]) == [2, 1])
        #expect(numbers([["a"], ["a"]], [1: ["a"], 2: ["a"]]) == [1, 2])
    }

    @Test func missingAndAddedLinesMakeNoDifference() {
        #expect(numbers([["a", "b", "b"], ["a"]], [1: ["a"], 2: ["a", "b", "b", "c"]]) == [2, 1])
        #expect(numbers([["a", "x"], ["c", "c"]], [1: ["c"], 2: ["a"]]) == [2, 1])
    }

    @Test func whatIsLeftHasNoNumber() {
        #expect(numbers([["a"], ["b"], []], [1: ["b"], 2: ["a"]]) == [2, 1, nil])
        #expect(numbers([["b"]], [1: ["a"], 2: ["b"], 3: ["c"]]) == [2])
        #expect(numbers([[], ["a"]], [:]) == [nil, nil])
    }
}

@Suite struct SeveralLogsRecoveryTests {
    private static let heads = ["init,1,3,10,t,One", "init,2,3,20,t,Two"]

    private struct Recovered {
        let ledger: LedgerSnapshot
        let notes: [String]

        func lines(of log: Int64) -> [String] {
            ledger.movements.filter { $0.log == log }.map(\.entry.logLine)
        }

        func book(_ number: Int64) -> LedgerSnapshot.BookState? {
            ledger.books.first { $0.now.item.value == number }
        }
    }

    /// Rebuilds a ledger from logs that begin with these books, and checks that it has each log in its order.
    private func recovered(
        _ logs: [[String]], heads: [String] = heads, openedEmpty: Bool = false
    ) async throws -> Recovered {
        try await withTemporaryFolder { folder in
            let files = try logs.enumerated().map { index, lines in
                let path = "\(folder)/log-\(index + 1)"
                try (heads + lines).map { $0 + "\n" }.joined().write(
                    toFile: path, atomically: false, encoding: .utf8)
                return OperationLogFiles(paths: [path])
            }
            var recovery = Recovery()
            let ledger = try recovery.catalog(
                logs: files, orders: nil, soldCounts: nil, openedEmpty: openedEmpty, newLedger: 5)
            var audit = BooksAudit()
            audit.check(ledger: ledger)
            #expect(audit.discrepancies.isEmpty, "\(audit.discrepancies)")
            let notes = recovery.notes.map { $0.replacing(folder + "/", with: "") }
            let found = Recovered(ledger: ledger, notes: notes)
            for (index, lines) in logs.enumerated() {
                let expected = lines.filter { !$0.hasPrefix("query") }
                #expect(found.lines(of: Int64(index + 1)) == expected)
            }
            return found
        }
    }

    @Test func stocksAddUp() async throws {
        let found = try await recovered([
            ["update,1,na,-1", "query_by_item,1", "update,1,na,-1"], ["update,2,na,-1", "update,2,25,4"],
        ])
        #expect(found.book(1)?.now.stock == 1 && found.book(2)?.now.stock == 6)
        #expect(found.ledger.movements.compactMap(\.sale) == [1, 2, 3])
        #expect(!found.notes.contains { $0.contains("check the price") })
    }

    /// What one log takes, another one may have to bring first.
    @Test(arguments: [
        [
            ["update,1,na,-1", "update,1,na,-1", "update,1,na,5", "update,1,na,-1", "update,1,na,-1"],
            ["update,1,na,-1", "update,1,na,-1", "update,1,na,-1", "update,1,na,-1"],
        ],
        [
            ["update,1,na,-2", "update,1,na,-1", "update,2,na,5"],
            ["update,1,na,-3", "update,1,na,10"],
        ],
        [
            ["update,1,na,-3", "update,2,na,4", "update,1,na,-1"],
            ["update,2,na,-5", "update,1,na,2", "update,2,na,-2"],
        ],
    ]) func copiesAreThereBeforeTheyAreTaken(logs: [[String]]) async throws {
        _ = try await recovered(logs)
        _ = try await recovered(logs.reversed())
    }

    /// True histories over several catalogs, each of which mostly sells its own titles, with stocks near 0.
    @Test(arguments: 1...60) func anyHistoryIsRebuilt(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let books = 1...6
        var stocks = books.map { _ in 2 }
        var logs: [[String]] = [[], [], []]
        for _ in 1...400 {
            let book = Int.random(in: books, using: &random)
            let isAtHome = Int.random(in: 1...10, using: &random) > 2
            let log = isAtHome ? book % 3 : Int.random(in: 0...2, using: &random)
            let isRestock = Int.random(in: 1...5, using: &random) == 1
            let units = isRestock ? Int.random(in: 1...6, using: &random) : -1
            guard stocks[book - 1] + units >= 0 else { continue }
            stocks[book - 1] += units
            logs[log].append("update,\(book),na,\(units)")
        }
        let found = try await recovered(logs, heads: books.map { "init,\($0),2,10,t,Book \($0)" })
        #expect(found.ledger.books.map { Int($0.now.stock) } == stocks)
    }

    @Test func booksAreAddedBeforeAndRetiredAfterAllElse() async throws {
        // Also where a log's first change adds a book.
        for logs in [
            [["init,9,2,5,t,Nine", "update,9,na,-1", "retire,1"], ["update,9,na,-1", "update,1,na,-1"]],
            [["update,1,na,-1", "update,9,na,-1"], ["retire,2", "init,9,1,5,t,Nine", "retire,9"]],
        ] {
            for order in [logs, logs.reversed()] {
                let found = try await recovered(order)
                #expect(found.book(9)?.now.stock == 0 && found.book(9)?.addedBy != nil)
                #expect(
                    found.ledger.books.count { $0.isRetired }
                        == logs.joined().count { $0.hasPrefix("retire") })
            }
        }
        let empty = try await recovered(
            [["update,9,na,-1"], ["init,9,1,5,t,Nine"]], heads: [], openedEmpty: true)
        #expect(empty.book(9)?.now.stock == 0)
    }

    @Test func contestedPricesAreNamed() async throws {
        let found = try await recovered([
            ["update,1,11,na", "update,1,12.50,na", "update,2,21,na"], ["update,1,13,na", "update,2,21,na"],
        ])
        #expect(found.book(1)?.now.price == Cents(1300))
        #expect(
            found.notes.contains(
                "book 1 costs 13; log-1 says 12.50 last, and which was later stands in no log: check the price"
            ),
            "\(found.notes)")
        #expect(!found.notes.contains { $0.hasPrefix("book 2") })
    }

    /// A book comes back after it was retired, whichever log says so, and is known as the edits say.
    @Test(arguments: [
        [
            [#"edit,1,{"title":"Uno","isbn":"9780140449136"}"#, "retire,2", "update,1,na,-1"],
            ["restore,2", "update,2,na,-1", #"edit,2,{"topic":"u","authors":["A. B.","C"]}"#],
        ],
        [
            [
                "retire,2", #"edit,2,{"topic":"u","isbn":"9780140449136","authors":["A. B.","C"]}"#,
                #"edit,2,{"isbn":null}"#, "restore,2", "retire,2",
            ],
            ["restore,2", "retire,2", "restore,2", "update,2,na,-1", "update,1,na,-1"],
            [#"edit,1,{"title":"Uno","isbn":"9780140449136"}"#, "query_by_item,2"],
        ],
    ]) func editsAndComebacksAreRebuilt(logs: [[String]]) async throws {
        for order in [logs, logs.reversed()] {
            let found = try await recovered(order)
            #expect(found.book(1)?.now.title == "Uno" && found.book(1)?.opening.title == "One")
            #expect(found.book(1)?.facts == BookFacts([.isbn: "9780140449136"]))
            #expect(found.book(2)?.isRetired == false && found.book(2)?.now.topic == "u")
            #expect(found.book(2)?.facts == BookFacts([.authors: "A. B.; C"]))
            #expect(found.ledger.books.map(\.now.stock) == [2, 2])
            #expect(!found.notes.contains { $0.contains("check the") }, "\(found.notes)")
        }
    }

    @Test func contestedEditsAreNamed() async throws {
        let found = try await recovered([
            [#"edit,1,{"title":"Uno","isbn":"9780140449136"}"#, #"edit,2,{"title":"Due"}"#],
            [#"edit,1,{"title":"Un","isbn":null}"#, #"edit,2,{"title":"Due"}"#],
        ])
        #expect(found.book(1)?.now.title == "Un" && found.book(1)?.facts.isEmpty == true)
        for note in [
            "book 1 has the isbn nothing; log-1 says '9780140449136' last, and which was later stands in no log: check the isbn",
            "book 1 has the title 'Un'; log-1 says 'Uno' last, and which was later stands in no log: check the title",
        ] { #expect(found.notes.contains(note), "\(found.notes)") }
        #expect(!found.notes.contains { $0.hasPrefix("book 2") })
    }

    @Test(arguments: [
        [["restore,1"], ["update,1,na,-1"]], [["retire,1"], ["retire,1"]],
        [["retire,1", "restore,1"], ["restore,1"]], [[#"edit,7,{"title":"T"}"#], []],
        [["edit,1,x"], []], [["edit,1"], []], [["restore,x"], []],
        [["update,1,na,-2"], ["update,1,na,-2"]], [["update,7,na,-1"], ["update,1,na,-1"]],
        [["init,9,1,5,t,Nine", "update,1,na,-1"], ["init,9,1,6,t,Nine", "update,1,na,-1"]],
    ]) func logsThatDoNotFitAreRefused(logs: [[String]]) async throws {
        await #expect(throws: FileFault.self) { try await recovered(logs) }
    }

    @Test func ordersBelongToTheLogThatHasTheirLines() async throws {
        let ledger = try await recovered([["update,1,na,-1", "update,2,na,-1"], ["update,1,na,-1"]]).ledger
        let (one, two) = (
            OrderLogLine(.placed, ledger.books[0].now.item), OrderLogLine(.placed, ledger.books[1].now.item)
        )
        var recovery = Recovery()
        let orders = recovery.orders(from: ledger, lineCounts: [[two: 1], [one: 1]]).orders
        #expect(orders.count { $0.log == 2 && $0.item == one.item } == 1)
        // One that stands in no log is the first one's.
        #expect(orders.count { $0.log == 1 } == 2)
    }
}
