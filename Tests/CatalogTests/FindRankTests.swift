import Model
import Testing

@testable import Catalog

/// The one ranking of what was found.
@Suite struct FindRankTests {
    private struct Entry {
        var title = ""
        var authors = ""
        var topic = ""
        var description = ""
    }

    private func rank(
        _ text: String, _ entry: Entry, item: Int64 = 7, variants: [[String]] = [], isThisISBN: Bool = false
    ) throws -> FindRank? {
        let words = try #require(FindWords(text))
        let title = Array(SearchText.line(entry.title).utf8)
        let main = entry.title.firstIndex(of: ":").map {
            SearchText.line(String(entry.title[..<$0])).utf8.count
        }
        let found = FindEntry(
            item: try #require(ItemNumber(item)), title: title, mainTitleCount: main ?? title.count,
            authors: Array(SearchText.line(entry.authors).utf8),
            topic: Array(SearchText.line(entry.topic).utf8),
            isDescribed: !entry.description.isEmpty)
        let lines = variants.map { $0.map { Array(SearchText.line($0).utf8) } }
        let description = Array(SearchText.line(entry.description).utf8)
        return FindRank(of: found, for: words, isThisISBN: isThisISBN, variants: lines) { term in
            FindRank.place(of: term.line[...], in: description) != nil
        }
    }

    /// Checks that each entry fits better than the next one.
    private func expectOrder(_ text: String, _ entries: [Entry], variants: [[String]] = []) throws {
        let ranks = try entries.map { try rank(text, $0, variants: variants) }
        for (index, pair) in zip(ranks, ranks.dropFirst()).enumerated() {
            let (better, worse) = (try #require(pair.0), try #require(pair.1))
            #expect(better < worse, "\(entries[index]) before \(entries[index + 1])")
        }
    }

    @Test func wholeWordsComeBeforeParts() throws {
        try expectOrder(
            "war",
            [
                Entry(title: "War"), Entry(title: "War: A History"), Entry(title: "War and Peace"),
                Entry(title: "The Art of War"), Entry(title: "Peace", authors: "Jean War"),
                Entry(title: "Peace", topic: "war"), Entry(title: "Peace", description: "Not a war."),
                Entry(title: "Wardrobe"), Entry(title: "Toward the Light"),
            ])
        #expect(try rank("war", Entry(title: "Peace")) == nil)
        #expect(try rank("war", Entry(title: "Peace", description: "Towards")) == nil)
    }

    @Test func wordsSideBySideComeFirst() throws {
        try expectOrder(
            "war peace",
            [
                Entry(title: "War, Peace"), Entry(title: "War Peace Love"), Entry(title: "On War, Peace"),
                Entry(title: "Peace, War"), Entry(title: "Love, War and Peace"),
                Entry(title: "Peace", authors: "Jean War"), Entry(title: "Wars and Peace"),
            ])
    }

    @Test func onlyTheLastWordMayBeUnfinished() throws {
        try expectOrder(
            "art wa",
            [Entry(title: "Art of Wa"), Entry(title: "Art of War"), Entry(title: "Party Wares")])
        try expectOrder(
            "wa art", [Entry(title: "Wa Art"), Entry(title: "Wa Artist"), Entry(title: "War Art")])
    }

    @Test func phrasesAreWhole() throws {
        for entry in [Entry(title: "War and Peace"), Entry(title: "A", description: "Of war — and peace.")] {
            #expect(try rank("\"war and peace\"", entry) != nil)
        }
        for title in ["Peace and War", "War and a Peace", "War and Peaces", "A war"] {
            #expect(try rank("\"war and peace\"", Entry(title: title)) == nil)
        }
        #expect(try rank("\"a b\"", Entry(title: "a", authors: "b")) == nil)
    }

    @Test func typingErrorsComeLast() throws {
        let variants = [["peace"], ["storey", "story"]]
        try expectOrder(
            "peece stori",
            [
                Entry(title: "Peece Stori"), Entry(title: "Peece Storie"), Entry(title: "A Peece of Story"),
                Entry(title: "A Peece", authors: "Story"), Entry(title: "Peace Story"),
            ], variants: variants)
        #expect(try rank("peece stori", Entry(title: "Peece")) == nil)
    }

    @Test func numbersAndISBNsLeadToTheirBook() throws {
        let other = try #require(try rank("12", Entry(title: "12 Stories")))
        let exact = try #require(try rank("12", Entry(title: "12")))
        let own = try #require(try rank("12", Entry(title: "A"), item: 12))
        #expect(exact < own && own < other)
        let isbn = try #require(try rank("9780140447934", Entry(title: "A"), isThisISBN: true))
        #expect(isbn < other)
        #expect(try rank("9780140447934", Entry(title: "A")) == nil)
    }

    @Test func scriptsWithoutBlanksAreFoundInside() throws {
        #expect(try rank("三体", Entry(title: "刘慈欣三体全集")) != nil)
        #expect(try rank("体三", Entry(title: "刘慈欣三体全集")) == nil)
        #expect(try rank("夜", Entry(title: "銀河鉄道の夜")) != nil)
        #expect(try rank("パパ", Entry(title: "ハハ")) == nil)
        try expectOrder("三体", [Entry(title: "三体"), Entry(title: "三体全集"), Entry(title: "刘慈欣三体全集")])
    }
}
