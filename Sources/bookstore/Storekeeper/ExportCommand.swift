internal import ArgumentParser
internal import Model
internal import StoreAPI
internal import StoreClient

/// `bookstore books export`
struct ExportCommand: AsyncParsableCommand {
    enum Format: String, CaseIterable, ExpressibleByArgument {
        /// A table with all columns.
        case csv
        /// A catalog file: `init` lines.
        case `init`
    }

    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Print the books of the store as a file that can be imported.",
        discussion: "Example: bookstore books export > books.csv")

    @Option(help: "csv, or init for a catalog file.") var format = Format.csv
    @Flag(help: "Print all that the store knows of the books, as JSON.") var json = false
    @Option(help: "Only books of this topic.") var topic: String?
    @OptionGroup var frontend: FrontendOptions
    @OptionGroup var common: CommonOptions

    private static let table = BooksExport()

    func run() async throws {
        try await KeeperConnection.open(frontend, common) { store in
            var text = json ? #"{"result":["# : format == .csv ? Self.table.header : ""
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
        return format == .csv
            ? Self.table.record(details.book, details.facts) : BookLine.text(details.book) + "\n"
    }
}
