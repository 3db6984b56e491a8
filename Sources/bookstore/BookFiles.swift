internal import ArgumentParser
internal import Foundation
internal import Model

/// The formats of files of books.
enum BookFormat: String, CaseIterable, ExpressibleByArgument {
    /// Comma-separated, with a header row (RFC 4180).
    case csv
    /// A catalog file: `init` lines.
    case `init`
}

/// A file of books, read as far as it can be.
struct BookFile {
    let path: String
    private(set) var reading = BooksReading(namedCountMax: .max)

    /// Reads a file and notes what is wrong with each of its rows.
    ///
    /// - Parameter format: nil tells it by the first line.
    /// - Throws: ``Model/FileFault`` for a file that cannot be read, is not UTF-8 text, or has a wrong header.
    init(path: String, format: BookFormat?) throws {
        self.path = path
        guard let data = FileManager.default.contents(atPath: path) else {
            throw FileFault(path: path, reason: "cannot be read")
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            let lines = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            let line = lines.firstIndex { String(validating: $0, as: UTF8.self) == nil }
            throw FileFault(
                path: path, line: line.map { $0 + 1 },
                reason: "is not UTF-8 text; save the file as UTF-8 and try again")
        }
        let progress = ProgressBar("checking rows")
        var first = FileLines(text)
        let isInit = first.next()?.line.hasPrefix("init,") ?? false
        switch format ?? (isInit ? .`init` : .csv) {
        case .`init`: readLines(text, progress)
        case .csv: try readTable(text, progress)
        }
        progress.show(1, of: 1)
    }

    private mutating func readLines(_ text: String, _ progress: ProgressBar) {
        var bytesRead = 0
        for (number, line) in FileLines(text) {
            reading.take(line, number: number)
            bytesRead += line.utf8.count + 1
            if number % 4096 == 0 { progress.show(bytesRead, of: text.utf8.count) }
        }
    }

    private mutating func readTable(_ text: String, _ progress: ProgressBar) throws {
        var records = CSVRecords(text)
        guard let header = records.next() else { throw FileFault(path: path, reason: "has no header row") }
        let table: BooksTable
        do throws(LineFault) {
            table = try BooksTable(header: header.fields.get())
        } catch {
            throw FileFault(path: path, line: header.line, reason: error.reason)
        }
        var count = 0
        while let record = records.next() {
            do throws(LineFault) {
                try reading.take(table.book(record.fields.get()), number: record.line)
            } catch {
                reading.refuse(record.line, error.reason)
            }
            count += 1
            if count % 4096 == 0 { progress.show(records.position, of: text.utf8.count) }
        }
    }
}

/// `bookstore books export`
struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Print the books of the store as a file that can be imported.",
        discussion: "Example: bookstore books export > books.csv")

    private static let pageCount = "1000"

    @Option(help: "csv, or init for a catalog file.") var format = BookFormat.csv
    @Option(help: "Only books of this topic.") var topic: String?
    @OptionGroup var frontend: FrontendOptions
    @OptionGroup var common: CommonOptions

    func run() async throws {
        let output = FileHandle.standardOutput
        try await KeeperConnection.open(frontend, common) { store in
            if format == .csv {
                try output.write(contentsOf: Data(CSVRecords.text(BooksTable.columns).utf8))
            }
            var after: String?
            repeat {
                let answer = try await store.get(
                    "/books", [("limit", Self.pageCount), ("after", after), ("topic", topic)])
                let page = try answer.decoded(as: KeeperPage<BookRow>.self)
                var text = ""
                for row in page.result {
                    let book = try row.book
                    text += format == .csv ? BooksTable.text(book) : BookLine.text(book) + "\n"
                }
                try output.write(contentsOf: Data(text.utf8))
                after = page.next
            } while after != nil
        }
    }
}

extension BookRow {
    /// The book itself.
    var book: Book {
        get throws {
            guard let item = ItemNumber(parsing: itemNumber), let price = Cents(parsing: cost) else {
                throw WorkFault("the server gave an answer that makes no sense")
            }
            return Book(item: item, title: title, topic: type, price: price, stock: stock)
        }
    }
}
