internal import ArgumentParser
internal import Foundation
internal import Model

/// `bookstore books export`
struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Print the books of the store as a file that can be imported.",
        discussion: "Example: bookstore books export > books.csv")

    @Option(help: "csv, or init for a catalog file.") var format = BooksDocument.Format.csv
    @Flag(help: "Print all that the store knows of the books, as JSON.") var json = false
    @Option(help: "Only books of this topic.") var topic: String?
    @OptionGroup var frontend: FrontendOptions
    @OptionGroup var common: CommonOptions

    func run() async throws {
        try await KeeperConnection.open(frontend, common) { store in
            var text = json ? #"{"result":["# : format == .csv ? CSVRecords.text(BooksTable.columns) : ""
            var after: String?
            repeat {
                let answer = try await store.get(
                    "/books",
                    [("limit", String(StoreLimits.listCountMax)), ("after", after), ("topic", topic)])
                let page = try answer.decoded(as: KeeperPage<BookRow>.self)
                for (index, row) in page.result.enumerated() {
                    if json, index > 0 || after != nil { text += "," }
                    text += try line(row)
                }
                after = page.next
                if json, after == nil { text += "],\"next\":null}\n" }
                Output.write(text)
                text = ""
            } while after != nil && !Output.isOver
        }
    }

    private func line(_ row: BookRow) throws -> String {
        if json { return String(decoding: try KeeperAnswer.encoder.encode(row), as: UTF8.self) }
        let book = try row.book
        return format == .csv ? BooksTable.text(book) : BookLine.text(book) + "\n"
    }
}
