import Foundation
import FoundationXML
import Model
import Testing

@testable import Storefront

@Suite struct CoverArtTests {
    private func cover(_ title: String, topic: String = "birds", item: Int64 = 7) throws -> String {
        CoverArt.svg(title: title, topic: topic, item: try #require(ItemNumber(item)))
    }

    @Test func isTheSameEachTimeAndTellsBooksApart() throws {
        #expect(try cover("A") == cover("A"))
        #expect(try cover("A") != cover("B"))
        let colours = try (0..<40).map { try cover("A", topic: "topic \($0)").prefix(140) }
        #expect(Set(colours).count > 6)
        let figures = try (1..<40).map { try cover("A", item: $0) }
        #expect(Set(figures).count > 6)
    }

    @Test(arguments: [
        "<script>alert('x')</script>", "\"quoted\" & 'more'", "]]>", "<!-- -->", "&amp;",
    ])
    func escapesWhatMeansSomething(title: String) throws {
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
