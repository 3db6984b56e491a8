internal import ArgumentParser
internal import Model
internal import StoreAPI
internal import StoreClient

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
                let page = try await store.books(
                    StoreClient.BookFilter(topic: topic), limit: StoreLimits.listCountMax, after: after)
                for (index, book) in page.result.enumerated() {
                    if json, index > 0 || after != nil { text += "," }
                    text += try line(book)
                }
                after = page.next
                if json, after == nil { text += "],\"next\":null}\n" }
                Output.write(text)
                text = ""
            } while after != nil && !Output.isOver
        }
    }

    private func line(_ details: BookDetails) throws -> String {
        if json { return try Output.jsonText(details) }
        return format == .csv ? BooksTable.text(details.book) : BookLine.text(details.book) + "\n"
    }
}
