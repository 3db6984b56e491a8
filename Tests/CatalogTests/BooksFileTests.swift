import Catalog
import Foundation
import Model
import TestSupport
import Testing

@Suite struct BooksFileTests {
    private func read(_ bytes: some Sequence<UInt8>) async throws -> [Book] {
        try await withTemporaryFolder { folder in
            let path = folder + "/books"
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            do {
                return try BooksFile.read(path: path)
            } catch let fault as FileFault {
                // The path is different each time.
                #expect(fault.path == path)
                throw FileFault(path: "books", line: fault.line, reason: fault.reason)
            }
        }
    }

    private func fault(_ bytes: some Sequence<UInt8>) async throws -> FileFault {
        do {
            let books = try await read(bytes)
            Issue.record("read as \(books)")
            return FileFault(path: "", reason: "")
        } catch let fault as FileFault {
            return fault
        }
    }

    @Test func readsLinesBetweenCommentsAndBlankLines() async throws {
        let text =
            "\u{FEFF}# our books\r\n\r\ninit,2,0,10.5,a topic,Titles, with commas\r\n  \ninit,1,3,0,b,ü 📚"
        let books = try await read(text.utf8)
        #expect(
            books == [
                Book(
                    item: try #require(ItemNumber(2)), title: "Titles, with commas", topic: "a topic",
                    price: try cents(10_50), stock: 0),
                Book(
                    item: try #require(ItemNumber(1)), title: "ü 📚", topic: "b", price: try cents(0), stock: 3
                ),
            ])
    }

    @Test func readsTheDefaultBooks() async throws {
        let text = Book.defaults.map { BookLine.text($0) + "\n" }.joined()
        #expect(try await read(text.utf8) == Book.defaults)
    }

    @Test func namesTheLineOfAMalformedBook() async throws {
        let fault = try await fault("# first\ninit,1,3,10,t,A\ninit,2,three,10,t,B\ninit,x\n".utf8)
        #expect(fault.line == 3)
        #expect(fault.reason.contains("three"))
        #expect(fault.description.hasPrefix("books:3: "))
    }

    @Test func reportsBothLinesOfADuplicateNumber() async throws {
        let fault = try await fault("init,1,3,10,t,A\ninit,2,3,10,t,B\n\ninit,1,3,10,t,C\n".utf8)
        #expect(fault.line == 4)
        #expect(fault.reason == "item_number 1 is already used in line 1")
    }

    @Test func reportsTheLineThatIsNotText() async throws {
        // A single byte of Latin-1, and a character cut in two.
        for wrong in [[0xE9], [0xF0, 0x9F, 0x93]] as [[UInt8]] {
            let fault = try await fault(
                Array("init,1,3,10,t,A\n# fine\ninit,2,3,10,t,".utf8) + wrong + [0x0A])
            #expect(fault.line == 3)
            #expect(fault.reason.contains("UTF-8"))
        }
    }

    @Test(arguments: ["\n", "\r", "\u{85}", "\u{2028}", "\u{2029}", "\u{0B}", "\u{0C}"])
    func refusesATitleWithALineBreak(lineBreak: String) async throws {
        let fault = try await fault("init,1,3,10,t,One\(lineBreak)two\ninit,2,3,10,t,B\n".utf8)
        // After a line feed the rest of the title is a separate line, which is not a book.
        #expect(fault.line == (lineBreak == "\n" ? 2 : 1))
    }

    @Test func refusesAFileWithoutBooks() async throws {
        for text in ["", "\n\n", "# only a comment"] {
            let fault = try await fault(text.utf8)
            #expect(fault.line == nil)
            #expect(fault.reason == "has no books in it")
        }
    }

    @Test func refusesAMissingFile() {
        let fault = #expect(throws: FileFault.self) { try BooksFile.read(path: "no/such/file") }
        #expect(fault?.description == "no/such/file: cannot be read")
    }

    @Test func reportsProgressUpToTheWholeFile() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/books"
            let text = (1...10_000).map { "init,\($0),1,1,t,Title \($0)\n" }.joined()
            try text.write(toFile: path, atomically: false, encoding: .utf8)
            var seen: [Int] = []
            let books = try BooksFile.read(path: path) { done, total in
                #expect(total == text.utf8.count)
                seen.append(done)
            }
            #expect(books.count == 10_000)
            #expect(seen.count == 3)
            #expect(seen == seen.sorted())
            #expect(seen.last == text.utf8.count)
        }
    }
}
