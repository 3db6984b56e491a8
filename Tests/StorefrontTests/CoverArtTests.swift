import Foundation
import FoundationXML
import Model
import Testing

@testable import Storefront

@Suite struct CoverArtTests {
    private func cover(_ title: String, topic: String = "birds", item: Int64 = 7) throws -> String {
        CoverArt.svg(title: title, topic: topic, item: try #require(ItemNumber(item)))
    }

    @Test func isStableAndDiffersBetweenBooks() throws {
        #expect(try cover("A") == cover("A"))
        #expect(try cover("A") != cover("B"))
        let colours = try (0..<40).map { try cover("A", topic: "topic \($0)").prefix(140) }
        #expect(Set(colours).count > 6)
        let figures = try (1..<40).map { try cover("A", item: $0) }
        #expect(Set(figures).count > 6)
    }

    /// The books of a shelf have one topic, and their covers must still differ.
    @Test func aTopicHasSeveralColours() throws {
        let cloth = { (topic: String, item: Int64) in
            try #require(try cover("A", topic: topic, item: item).firstMatch(of: #/path fill="(#\w+)"/#)).1
        }
        for topic in ["birds", "poetry", "distributed systems"] {
            let shelf = try (101...106).map { try cloth(topic, $0) }
            #expect(Set(shelf).count >= 3, "\(shelf)")
        }
        #expect(try cloth("birds", 1) != cloth("poetry", 1))
        for family in CoverPalettes.families { #expect(Set(family.map(\.cloth)).count >= 4) }
    }

    /// The words are on plain cloth, which is drawn over the figure down to the last line.
    @Test(arguments: [
        "A", "How to get a good grade in 677 in 20 minutes a day", String(repeating: "long word ", count: 20),
    ])
    func noOrnamentRunsThroughTheTitle(title: String) throws {
        for item in Int64(1)...24 {
            let svg = try cover(title, item: item)
            let figure = try #require(svg.range(of: "fill=\"none\""))
            let cloth = try #require(svg.firstMatch(of: #/M0 0h120v(\d+)H0zM0 (\d+)h120v24H0z/#))
            #expect(figure.upperBound < cloth.range.lowerBound)
            let lines = svg[cloth.range.upperBound...].matches(of: #/<text x="16" y="(\d+)">/#)
            let (lowest, bottom) = (
                try #require(lines.last.flatMap { Int($0.1) }), try #require(Int(cloth.1))
            )
            // There is room for descenders, and a part of the figure stays visible.
            #expect(bottom >= lowest + 6 && bottom <= 150 - 24, "\(lowest) \(bottom)")
        }
    }

    @Test(arguments: [
        "MMMMMMMMMMMM WWWWWWWWWWWW", "源氏物語と平家物語を読むための本", "ÉTUDE SUR LES ŒUVRES COMPLÈTES", "👩‍👩‍👧‍👧👩‍👩‍👧‍👧👩‍👩‍👧‍👧👩‍👩‍👧‍👧👩‍👩‍👧‍👧👩‍👩‍👧‍👧👩‍👩‍👧‍👧👩‍👩‍👧‍👧👩‍👩‍👧‍👧👩‍👩‍👧‍👧",
    ])
    func broadLettersStayOnTheCover(title: String) {
        let lines = CoverArt.wrapped(title)
        #expect(lines.allSatisfy { LetterBreadth.ems(of: $0) * 11 <= 100 }, "\(lines)")
        #expect(lines.joined().filter { $0 != "-" && $0 != " " } == title.filter { $0 != " " })
    }

    @Test(arguments: [
        "<script>alert('x')</script>", "\"quoted\" & 'more'", "]]>", "<!-- -->", "&amp;",
    ])
    func escapesMarkup(title: String) throws {
        let parser = XMLParser(data: Data(try cover(title, topic: title).utf8))
        #expect(parser.parse(), "\(String(describing: parser.parserError))")
        #expect(try !cover(title, topic: title).contains("<script"))
    }

    @Test func keepsLongTitlesOnTheCover() {
        for title in [
            String(repeating: "x", count: 1024), String(repeating: "wide words ", count: 90),
            "Donaudampfschifffahrtsgesellschaft", "👩‍👩‍👧‍👧 family", "a", "",
        ] {
            let lines = CoverArt.wrapped(title)
            #expect(lines.count <= 6 && lines.allSatisfy { $0.count <= 15 }, "\(lines)")
        }
        #expect(CoverArt.wrapped("Good  books\tlast") == ["Good books last"])
        #expect(CoverArt.wrapped(String(repeating: "long word ", count: 20)).last?.hasSuffix("…") == true)
    }
}
