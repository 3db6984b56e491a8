internal import ArgumentParser
internal import Model
internal import NIOCore
internal import StoreAPI
internal import StoreClient

/// `bookstore books import`
struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Add the books of a file: all of them or none.",
        discussion: """
            The file is CSV (UTF-8, with the header row item_number,title,topic,cost,stock in any order) or a \
            catalog file of init lines; its first line tells which. Every bad row is named with its line and \
            reason. Asks the catalog server of the config file directly; --config names another. Purchases wait while a very large file is stored: about \
            a second for each 100,000 books.
            """)

    @Argument(help: "The file.", completion: .file()) var file: String
    @Option(help: "csv or init, where the first line does not tell.") var format: BooksDocument.Format?
    @Flag(help: "Only check the file and whether its numbers are free; change nothing.") var dryRun = false
    @Flag(help: "Print what was done, or the bad rows, as JSON.") var json = false
    @OptionGroup var change: ChangeOptions
    @OptionGroup var common: CommonOptions

    func run() async throws {
        var reading = try BooksDocument(path: file, format: format).reading
        // With bad rows the good ones are only looked at, so that everything wrong is reported together.
        let isDry = dryRun || reading.refusedCount > 0
        if !reading.books.isEmpty, let taken = try await send(reading.books.map(\.book), isDry: isDry) {
            reading.refuse(added: taken.lines, count: taken.lineCount)
        }
        guard reading.refusedCount == 0 else {
            throw try report(Refused(lines: reading.refusedInOrder, lineCount: reading.refusedCount))
        }
        let count = reading.books.count
        guard !json else { return Output.line(#"{"result":{"books":\#(count)}}"#) }
        Output.line(dryRun ? "\(count) books can be imported" : "\(count) books imported")
    }

    /// Names every bad row.
    private func report(_ refused: Refused) throws -> ExitCode {
        if json {
            try Output.json(refused)
        } else {
            for row in refused.lines { Output.message("\(file):\(row.line): \(row.reason)") }
        }
        let rows = refused.lineCount == 1 ? "1 bad row" : "\(refused.lineCount) bad rows"
        ExitStatus.say("bookstore: \(rows); nothing was imported")
        return ExitCode(ExitStatus.failed.rawValue)
    }

    private func send(_ books: [Book], isDry: Bool) async throws -> Refused? {
        let lines = StoreClient.lines(of: books)
        guard lines.readableBytes <= StoreLimits.fileByteCountMax else {
            throw FileFault(
                path: file,
                reason: "has more than \(StoreLimits.fileByteCountMax >> 20) MiB of books; split it")
        }
        let key = try change.keyOrNew()
        var refused: Refused?
        try await KeeperConnection.openCatalog(common) { store in
            // Answers come in the order of their requests, so what looks meanwhile has a connection of its own.
            try await KeeperConnection.openCatalog(common) { watcher in
                let upload = BookUpload(bookCount: books.count, isDry: isDry)
                do {
                    try await upload.send(lines, change, key: key, to: store, watchedBy: watcher)
                } catch StoreFault.refused(let problem) {
                    guard let lines = problem.lines, let count = problem.lineCount else {
                        throw StoreFault.refused(problem)
                    }
                    refused = Refused(lines: lines, lineCount: count)
                }
            }
        }
        return refused
    }
}

/// Rows that were refused.
private struct Refused: Encodable {
    let lines: [RefusedLine]
    /// How many there are, which may be more than are named.
    let lineCount: Int
}
