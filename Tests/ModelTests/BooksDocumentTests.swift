import Foundation
import Model
import Testing

/// Files of books in the forms that people use.
@Suite struct BooksDocumentTests {
    private static let header = "item_number,title,topic,cost,stock"

    private func read(_ text: String, as encoding: String.Encoding = .utf8) throws -> BooksReading {
        try BooksDocument(Array(try #require(text.data(using: encoding))), path: "f").reading
    }

    private func fault(_ text: String, as encoding: String.Encoding = .utf8) -> FileFault? {
        #expect(throws: FileFault.self) { _ = try read(text, as: encoding) }
    }

    @Test(arguments: ["\n", "\r\n"]) func readsWhatSpreadsheetsWrite(end: String) throws {
        let rows = [
            "\u{FEFF}title, topic ,cost,stock,item_number", "\"One, \"\"quoted\"\"\",t,9.99,3,10", "",
            "Étude 日本,\"a, b\",1,0,11",
        ]
        let reading = try read(rows.joined(separator: end))
        #expect(reading.refusedCount == 0)
        #expect(reading.books.map(\.line) == [2, 4])
        #expect(reading.books.map(\.book.title) == ["One, \"quoted\"", "Étude 日本"])
        #expect(reading.books.map(\.book.topic) == ["t", "a, b"])
    }

    @Test func detectsCatalogFilesByTheirFirstLine() throws {
        let reading = try read("# comment\ninit,7,1,2.50,t,Seven\ninit,x,1,1,t,X\n")
        #expect(reading.books.map(\.book.item.value) == [7])
        #expect(reading.refused.map(\.line) == [3])
    }

    @Test func reportsTheFirstLineOfABadRow() throws {
        let rows = [
            Self.header, "1,Good,t,1,1", "2,\"Two", "lines\",t,1,1", "3,Good,t,1,1", "1,Again,t,1,1",
            "4,Money,t,\"1,50\",1", "5,Money,t,1.999,1", "6,Stock,t,1,-1", "7,Wide,t,1,1,1", "8,a\"b,t,1,1",
            "9,\"a\"b,t,1,1", "10,Good,t,1,1", "11,\"never closed,t,1,1",
        ]
        let reading = try read(rows.joined(separator: "\n"))
        // A title over two lines is read as one record, and refused for its line break.
        #expect(reading.refused.map(\.line) == [3, 6, 7, 8, 9, 10, 11, 12, 14])
        #expect(reading.books.map(\.book.item.value) == [1, 3, 10])
    }

    @Test func namesLinesOfOtherEncodings() throws {
        let reading = try read("\(Self.header)\n1,café,t,1,1\n2,Good,t,1,1\nx,Bad,t,1,1\n", as: .isoLatin1)
        #expect(reading.refused.map(\.line).sorted() == [2, 4])
        #expect(reading.refused.first?.reason.hasPrefix("is not UTF-8 text") == true)
        #expect(try read("größe,title\n1,x\n", as: .isoLatin1).refused.map(\.line) == [1])
        for encoding in [String.Encoding.utf16, .utf16LittleEndian, .utf16BigEndian] {
            #expect(fault(Self.header, as: encoding)?.reason.hasPrefix("is UTF-16 text") == true)
        }
    }

    @Test func reportsTheLinesThatTheStoreRefuses() throws {
        var reading = try read("\(Self.header)\nx,Bad,t,1,1\n1,Taken,t,1,1\ny,Bad,t,1,1\n2,Taken too,t,1,1\n")
        reading.refuse(
            added: [RefusedLine(line: 2, reason: "is taken"), RefusedLine(line: 9, reason: "none")],
            count: 1_200)
        #expect(reading.refusedInOrder.map(\.line) == [2, 4, 5] && reading.refusedCount == 1_202)
    }

    @Test(arguments: [
        ("", "has no header row"), ("\n\n", "has no header row"),
        ("item_number,title,topic,cost,stock\n", "has no books in it"),
        ("item_number,title,topic,cost\n1,t,t,1", "the column 'stock' is missing"),
        ("item_number,title,topic,cost,stock,isbn\n", "unknown column 'isbn'"),
        ("item_number,title,title,topic,cost,stock\n", "a column is there twice"),
        ("item_number;title;topic;cost;stock\n", "the fields are not separated by commas"),
        ("item_number\ttitle\ttopic\tcost\tstock\n", "the fields are not separated by commas"),
        ("item_number,title,topic,cost,stock\r1,A,t,1,1\r", "the lines end in carriage returns alone"),
        ("1,A book without a header,t,1,1\n", "unknown column '1'"),
    ]) func refusesFilesThatAreNoTable(text: String, reason: String) {
        #expect(fault(text)?.reason.hasPrefix(reason) == true)
    }

    @Test func reportsReadingProgress() throws {
        let rows = (1...10_000).map { "\($0),A title,t,1,1\n" }.joined()
        var told: [Int] = []
        let bytes = Array("\(Self.header)\n\(rows)".utf8)
        _ = try BooksDocument(bytes, path: "f") { done, all in
            #expect(all == bytes.count)
            told.append(done)
        }
        #expect(told.count == 3 && told == told.sorted() && told.last == bytes.count)
    }
}
