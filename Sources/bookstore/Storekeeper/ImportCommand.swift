internal import ArgumentParser
internal import Foundation
internal import Model
internal import NIOCore
internal import StoreAPI
internal import StoreClient

/// `bookstore books import`
struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Add the books of a file, change those that are there, or undo that.",
        discussion: """
            The file is a table as spreadsheets and wholesalers write it, with a header row in any order, or a catalog \
            file of init lines. Every bad row is named with its line, its column and the reason, and then nothing is \
            imported. Asks the catalog server of the config file directly; --config names another. A large file is \
            written in pieces, and the same command with the same --key goes on where it ended.
            """)

    @Argument(help: "The file.", completion: .file()) var file: String?
    @Flag(help: "Only show what the file comes to; change nothing.") var dryRun = false
    @Flag(help: "Change the books that are there already.") var update = false
    @Option(help: "What a row's stock does to that of a book that is there: set or add.")
    var stock = ImportOptions.Stock.set
    @Option(help: "What to do about columns of which nobody knows what they hold: skip or refuse.")
    var unknown = ImportOptions.Unknown.skip
    @Option(
        help: "What to do about rows of retired books: refuse, or skip, which leaves the books as they are.")
    var retired = ImportOptions.Retired.refuse
    @Option(
        help: ArgumentHelp(
            "What a column holds, by its header; nothing leaves it out. May be given several times.",
            valueName: "header=field"))
    var column: [String] = []
    @Option(help: ArgumentHelp("Take the import of this key back, in the place of a file.", valueName: "key"))
    var undo: String?
    @Flag(help: "Print what was done, or the bad rows, as JSON.") var json = false
    @OptionGroup var change: ChangeOptions
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard (file == nil) != (undo == nil) else { throw ValidationError("name a file, or a key by --undo") }
        _ = try options
        _ = try KeyOption.parsed(undo)
    }

    private var options: ImportOptions {
        get throws {
            var options = ImportOptions()
            (options.isUpdate, options.stock, options.unknown) = (update, stock, unknown)
            options.retired = retired
            for pair in column {
                guard let place = pair.lastIndex(of: "=") else {
                    throw ValidationError("--column \(ShownText.quoted(pair)) is not header=field")
                }
                let name = String(pair[pair.index(after: place)...])
                let field = BookColumn(name: name)
                guard name.isEmpty || field != nil else {
                    let names = BookColumn.allCases.map(\.name).joined(separator: ", ")
                    throw ValidationError("--column \(ShownText.quoted(pair)): the fields are \(names)")
                }
                options.mapping.set(field, for: String(pair[..<place]))
            }
            return options
        }
    }

    func run() async throws {
        if let key = try KeyOption.parsed(undo) { return try await takeBack(key) }
        guard let file, let data = FileManager.default.contents(atPath: file) else {
            throw FileFault(path: file ?? "", reason: "cannot be read")
        }
        guard data.count <= StoreLimits.fileByteCountMax else {
            throw FileFault(
                path: file, reason: "has more than \(StoreLimits.fileByteCountMax >> 20) MiB; split it")
        }
        let (options, key) = (try options, try change.keyOrNew())
        let upload = BookUpload(file: ByteBuffer(bytes: data), options: options, isDry: dryRun)
        try await KeeperConnection.openCatalog(common) { store in
            // Answers come in the order of their requests, so what looks meanwhile has a connection of its own.
            try await KeeperConnection.openCatalog(common) { watcher in
                do {
                    let answer = try await upload.send(change, key: key, to: store, watchedBy: watcher)
                    try show(answer, file)
                } catch StoreFault.refused(let problem) {
                    throw try end(of: problem, file)
                }
            }
        }
    }

    private func end(of problem: StoreProblem, _ file: String) throws -> any Error {
        if let lines = problem.lines, let count = problem.lineCount {
            return try report(Refused(lines: lines, lineCount: count), file, problem.detail)
        }
        let start = "the file "
        if problem.status == 400, let detail = problem.detail, detail.hasPrefix(start) {
            return FileFault(path: file, reason: String(detail.dropFirst(start.count)))
        }
        return StoreFault.refused(problem)
    }

    private func show(_ answer: StoreAnswer<Imported>, _ file: String) throws {
        let report = answer.result.report
        guard report.refused.count == 0 else {
            if !json, let words = answer.result.wordsOnMissing {
                Output.message("\(file): \(words); --column names one")
            }
            throw try self.report(
                Refused(lines: report.refused.named, lineCount: report.refused.count), file, nil)
        }
        guard !json else { return Output.line(answer.text) }
        Output.lines(ImportLines(answer.result, isDry: dryRun).all)
        if let key = answer.result.key {
            Output.message("undo it: bookstore books import --undo \(ShellLine.quoted(key.text))")
        }
    }

    /// Names every bad row.
    private func report(_ refused: Refused, _ file: String, _ detail: String?) throws -> ExitCode {
        if json {
            try Output.json(refused)
        } else {
            for row in refused.lines {
                Output.message("\(file):\(row.line): \(row.column.map { "\($0): " } ?? "")\(row.reason)")
            }
        }
        let rows = refused.lineCount == 1 ? "1 bad row" : "\(refused.lineCount) bad rows"
        let isPart = detail?.contains("before them were taken") ?? false
        ExitStatus.say("bookstore: \(rows); \(isPart ? detail ?? "" : "nothing was imported")")
        return ExitCode(ExitStatus.failed.rawValue)
    }

    private func takeBack(_ key: IdempotencyKey) async throws {
        try await KeeperConnection.openCatalog(common) { store in
            let undone = try await store.undo(
                key, actor: change.actorOrUser, reason: change.reason, within: BookUpload.timeMax)
            Output.line("\(ImportLines.books(undone.retired)) retired again, \(undone.changed) set back")
            guard undone.leftCount > 0 else { return }
            for left in undone.left { Output.message("book \(left.item) \(left.reason)") }
            ExitStatus.say("bookstore: \(undone.leftCount) changed since and left as they are")
            throw ExitCode(ExitStatus.failed.rawValue)
        }
    }
}

extension ImportOptions.Stock: ExpressibleByArgument {}
extension ImportOptions.Unknown: ExpressibleByArgument {}
extension ImportOptions.Retired: ExpressibleByArgument {}

/// Rows that were refused.
private struct Refused: Encodable {
    let lines: [RefusedLine]
    /// How many there are, which may be more than are named.
    let lineCount: Int
}
