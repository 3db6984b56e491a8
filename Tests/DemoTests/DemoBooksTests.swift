import Demo
import Foundation
import Model
import Testing

@Suite struct DemoBooksTests {
    @Test func thereAreManyAndNoTwoTheSame() {
        #expect(DemoBooks.all.count >= 2_000)
        let titles = DemoBooks.all.map { $0.title.lowercased() }
        #expect(Set(titles).count == titles.count)
        #expect(Set(DemoBooks.all.map(\.topic)).count <= 30)
        #expect(Set(DemoBooks.all.map(\.language)).count >= 40)
    }

    @Test func everyFieldIsAsTheStoreKeepsIt() throws {
        for book in DemoBooks.all {
            for (text, byteCountMax) in [
                (book.title, ShopText.titleByteCountMax), (book.topic, ShopText.topicByteCountMax),
            ] {
                #expect(ShopText.fault(in: text, byteCountMax: byteCountMax) == nil, "\(book)")
                #expect(ShopText.kept(text).utf8.elementsEqual(text.utf8), "\(book)")
            }
            for (fact, text) in book.facts.known {
                #expect(try fact.kept(text).utf8.elementsEqual(text.utf8), "\(book)")
            }
            #expect(book.facts.authors == book.authors)
            if let year = book.year { #expect((1...1950).contains(year), "\(book)") }
        }
    }

    @Test func authorsOfTwoAreTwo() throws {
        let book = try #require(DemoBooks.all.first { $0.title == "The Communist Manifesto" })
        #expect(book.authors == ["Karl Marx", "Friedrich Engels"])
        #expect(book.year == 1848 && book.facts[.published] == "1848")
        #expect(book.language == "en")
        #expect(book.topic == "Politics and economics")
    }

    /// Every line that says no topic and no author is a book: none is lost between the file and the list.
    @Test func noLineIsLost() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Sources/Tools/Demo/Books")
        var count = 0
        for file in try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil) {
            count += try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
                .count { !$0.hasPrefix("#") && !$0.hasPrefix("@") }
        }
        #expect(DemoBooks.all.count == count)
    }
}
