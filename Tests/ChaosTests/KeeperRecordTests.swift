import Model
import Testing

@testable import Chaos

/// Each test plants one fault in what a store tells a storekeeper, which must be found.
@Suite struct KeeperRecordTests {
    private let item = ItemNumber(7)!

    private func edit(_ number: Int, _ facts: [BookFact: String?] = [:]) -> KeeperDeed {
        KeeperDeed(
            number: number, kind: .edit, edit: BookEdit(item: item, title: "Title \(number)", facts: facts))
    }

    private func deed(_ number: Int, _ kind: Movement.Kind) -> KeeperDeed {
        KeeperDeed(number: number, kind: kind, edit: BookEdit(item: item))
    }

    private func record(_ deeds: [KeeperDeed]) -> KeeperRecord {
        var record = KeeperRecord()
        for deed in deeds { record.add(deed) }
        return record
    }

    private func movements(_ deeds: [KeeperDeed]) -> [Movement] {
        deeds.enumerated().map { index, deed in
            Movement(
                sequence: Int64(index + 1), kind: deed.kind, item: deed.item, title: "T", units: nil,
                price: nil,
                stockAfter: 5, priceAfter: nil, time: Timestamp(millis: 0), actor: "keeper",
                reason: deed.key.text)
        }
    }

    private func shown(_ title: String, _ facts: [BookFact: String] = [:], isRetired: Bool = false)
        -> BookDetails
    {
        let book = Book(item: item, title: title, topic: "t", price: Cents(100)!, stock: 5)
        return BookDetails(book: book, sold: 0, isRetired: isRetired, version: 1, facts: BookFacts(facts))
    }

    private func kinds(_ findings: [Finding]) -> [Finding.Kind] { findings.map(\.kind) }

    @Test func findsNothingWhereEverythingFits() {
        let deeds = [
            edit(1, [.publisher: "P", .language: "en"]), deed(2, .retire), edit(3, [.publisher: nil]),
            deed(4, .restore),
        ]
        let record = record(deeds)
        #expect(record.findings(movements(deeds)) == [])
        #expect(record.findings(shown("Title 3", [.language: "en"])) == [])
        #expect(!record.isRetired(item) && record.items == [item])
        // A book that was only retired is called what it was.
        #expect(self.record([deed(1, .retire)]).findings(shown("Any", isRetired: true)) == [])
    }

    @Test func findsALostDeed() {
        #expect(kinds(record([edit(1), edit(2)]).findings(movements([edit(2)]))) == [.lost])
    }

    @Test func findsADeedMadeTwice() {
        let record = record([deed(1, .retire), deed(2, .restore)])
        let made = movements([deed(1, .retire), deed(2, .restore), deed(2, .restore)])
        #expect(kinds(record.findings(made)) == [.duplicated])
    }

    @Test func findsAnotherOrderAndADeedOfNobody() {
        let record = record([edit(1), edit(2)])
        #expect(kinds(record.findings(movements([edit(2), edit(1)]))) == [.unbalanced])
        #expect(kinds(record.findings(movements([edit(1), edit(2), edit(3)]))) == [.unbalanced])
    }

    @Test func findsAnOlderState() {
        let record = record([edit(1, [.publisher: "P"]), edit(2, [.publisher: "Q"]), deed(3, .retire)])
        #expect(kinds(record.findings(shown("Title 2", [.publisher: "Q"], isRetired: true))) == [])
        #expect(kinds(record.findings(shown("Title 1", [.publisher: "Q"], isRetired: true))) == [.lost])
        #expect(kinds(record.findings(shown("Title 2", [.publisher: "P"], isRetired: true))) == [.lost])
        #expect(kinds(record.findings(shown("Title 2", isRetired: true))) == [.lost])
        #expect(kinds(record.findings(shown("Title 2", [.publisher: "Q"]))) == [.lost])
    }
}
