internal import ArgumentParser
internal import Foundation
internal import Model
internal import NIOCore
internal import TierHTTP

/// `bookstore books import`
struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Add the books of a file: all of them or none.",
        discussion: """
            The file is CSV (UTF-8, with the header row item_number,title,topic,cost,stock in any order) or a \
            catalog file of init lines; its first line tells which. Every bad row is named with its line and \
            reason. Asks the catalog server directly. Purchases wait while a very large file is stored.
            """)

    /// What storing a million books may take, and then some.
    private static let storeTimeMax = TimeAmount.minutes(5)
    /// What the catalog takes.
    private static let bytesMax = 256 * 1024 * 1024

    @Argument(help: "The file.") var file: String
    @Option(help: "csv or init, where the first line does not tell.") var format: BookFormat?
    @Flag(help: "Only check the file and whether its numbers are free; change nothing.") var dryRun = false
    @OptionGroup var change: ChangeOptions
    @OptionGroup var frontend: FrontendOptions
    @OptionGroup var common: CommonOptions

    func run() async throws {
        let reading = try BookFile(path: file, format: format).reading
        var refused = reading.refused
        var refusedCount = reading.refusedCount
        guard !reading.books.isEmpty || refusedCount > 0 else {
            throw FileFault(path: file, reason: "has no books in it")
        }
        // With bad rows the good ones are only looked at, so that all that is wrong is said at once.
        let isDry = dryRun || refusedCount > 0
        if !reading.books.isEmpty, let taken = try await send(reading.books.map(\.book), isDry: isDry) {
            refused += taken.lines.map {
                RefusedLine(line: reading.books[$0.line - 1].line, reason: $0.reason)
            }
            refusedCount += taken.lineCount
        }
        guard refusedCount == 0 else {
            for row in refused.sorted(by: { $0.line < $1.line }) {
                print("\(file):\(row.line): \(row.reason)")
            }
            ExitStatus.say("bookstore: \(refusedCount) bad rows; nothing was imported")
            throw ExitCode(ExitStatus.failed.rawValue)
        }
        print(
            dryRun ? "\(reading.books.count) books can be imported" : "\(reading.books.count) books imported")
    }

    /// Rows that the catalog refused, by their place in what it was sent.
    private struct Taken: Decodable {
        struct Line: Decodable {
            let line: Int
            let reason: String
        }
        let lines: [Line]
        let lineCount: Int
    }

    private func send(_ books: [Book], isDry: Bool) async throws -> Taken? {
        var body = ByteBuffer()
        for book in books { body.writeString(BookLine.text(book) + "\n") }
        guard body.readableBytes <= Self.bytesMax else {
            throw FileFault(path: file, reason: "has more than \(Self.bytesMax >> 20) MiB of books; split it")
        }
        var target = "/import?actor=" + RequestTarget.encode(change.actor ?? NSUserName())
        if let reason = change.reason { target += "&reason=" + RequestTarget.encode(reason) }
        if isDry { target += "&dry_run=true" }
        var taken: Taken?
        try await KeeperConnection.open(frontend, common, to: .catalog) { [body, target] store in
            if !isDry, books.count > 10_000 { ExitStatus.say("storing \(books.count) books") }
            let answer = try await store.post(
                target, "text/plain; charset=utf-8", body, within: Self.storeTimeMax)
            taken = try answer.refusal(as: Taken.self)
        }
        return taken
    }
}
