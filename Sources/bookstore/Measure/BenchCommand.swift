internal import ArgumentParser
internal import Bench
internal import Foundation
internal import Model

/// `bookstore bench`
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measure a store: the evaluation, load tests, a sell-out.",
        discussion: """
            Evaluation (without --duration, --rate, --mix or --sell-out): search, lookup and buy with 1, 3, 5 \
            and 9 clients that each send one request after the other; 1,000 samples each, as the client sees \
            them and, from the answers' Server-Timing, as the tiers see each other.
            Load: --duration keeps --clients busy (closed loop); --rate sends on a fixed schedule and counts \
            times from when a request was due, so that a stall shows (open loop).
            Sell-out: --sell-out ITEM lets --clients buy one title until it is gone, and checks that as many \
            copies were sold as there were.

            Without --frontend it opens a store of its own, on free ports, in a temporary folder (TMPDIR), \
            with much stock. Purchases at another store are real: they sell what it has.

            --fail-if takes [search.|lookup.|buy.|all.]METRIC, then >, >=, < or <=, then a value. Metrics: \
            mean, p50, p90, p95, p99, p99.9, max (with a unit: us, ms, s), errors, sold-out, throughput, \
            not-sent, late (numbers), error-rate, cpu (with %). Without an operation it is said of all \
            together in a mix, of each measurement in an evaluation.

            Exit status: 0 done, 1 the store did not answer as the contract says, or was oversold, or the run \
            was interrupted (it reports what it has), 3 a --fail-if came true, 64 wrong usage, 69 the \
            frontend is out of reach.

            Examples:
              bookstore bench --html evaluation.html --json today.json
              bookstore bench --clients 64 --duration 10 --mix shopping --zipf 0.9
              bookstore bench --rate 5000 --duration 30 --mix buy=1 --fail-if 'buy.p99>20ms'
              bookstore bench --frontend 127.0.0.1:8000 --sell-out 3 --clients 32
              bookstore bench compare yesterday.json today.json
            """,
        subcommands: [BenchCompareCommand.self])

    @Option(
        help: ArgumentHelp("The frontend to measure instead of a store of its own.", valueName: "host:port"))
    var frontend: String?
    @Option(
        help: ArgumentHelp(
            "Clients at the same time; several numbers for an evaluation (1,3,5,9).", valueName: "n"))
    var clients: String?
    @Option(help: ArgumentHelp("Measured requests in each cell of an evaluation (1,000).", valueName: "n"))
    var samples: Int?
    @Option(help: ArgumentHelp("Requests before them, which do not count.", valueName: "n")) var warmup = 200
    @Option(help: ArgumentHelp("How long a load lasts (10).", valueName: "seconds")) var duration: Double?
    @Option(help: ArgumentHelp("Open loop: requests a second, on a fixed schedule.", valueName: "n"))
    var rate: Double?
    @Option(
        help: ArgumentHelp(
            "Open loop: how many due requests may wait for a free client (10,000).", valueName: "n"))
    var waiting: Int?
    @Option(
        help: ArgumentHelp(
            "What a load asks for: browsing, shopping (default) or ordering after TPC-W, or weights such as "
                + "search=20,lookup=70,buy=10.", valueName: "mix"))
    var mix: String?
    @Option(help: ArgumentHelp("Buy this book until it is gone.", valueName: "item")) var sellOut: String?
    @Option(
        help: ArgumentHelp(
            "Popularity of the books by Zipf's law with this exponent; without it all are alike.",
            valueName: "s"))
    var zipf: Double?
    @Option(
        help: ArgumentHelp(
            "Books to look up and buy; without it those that the searches find.", valueName: "a-b"))
    var items: String?
    @Option(
        help: ArgumentHelp("A topic to search for; may be repeated.", valueName: "topic"))
    var topic: [String] = []
    @Option(help: ArgumentHelp("How long one answer may take (5).", valueName: "seconds")) var timeout = 5.0
    @Option(help: ArgumentHelp("Threads that send requests.", valueName: "n")) var threads = 1
    @Option(
        help: ArgumentHelp(
            "Copies of each of the four books in a store of its own (1,000,000; for a sell-out 10,000).",
            valueName: "n"))
    var stock: Int64?
    @Option(
        help: ArgumentHelp("The books of a store of its own, as init lines.", valueName: "file"),
        completion: .file())
    var books: String?
    @Option(help: ArgumentHelp("Write a page with plots.", valueName: "file"), completion: .file())
    var html: String?
    @Option(
        help: ArgumentHelp("Save the run, for 'bench compare' and programs.", valueName: "file"),
        completion: .file())
    var json: String?
    @Option(
        help: ArgumentHelp("Write the figures as a table for programs.", valueName: "file"),
        completion: .file())
    var csv: String?
    @Option(
        help: ArgumentHelp(
            "Write the tables as Markdown; in a page that has the marks, between them.", valueName: "file"),
        completion: .file())
    var markdown: String?
    @Option(
        help: ArgumentHelp(
            "End with status 3 when this comes true, such as 'p99>5ms'; may be repeated.",
            valueName: "condition"))
    var failIf: [String] = []
    @OptionGroup var common: CommonOptions

    func validate() throws { _ = try BenchRequest(self) }

    func run() async throws {
        let request = try BenchRequest(self)
        try await BenchRunner(request: request, command: self).run()
    }
}

/// `bookstore bench compare`
struct BenchCompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare", abstract: "Show two saved runs side by side.",
        discussion: "The ratios are those of the second run to the first.")

    @Argument(help: "A file of 'bench --json'.", completion: .file()) var before: String
    @Argument(help: "Another.", completion: .file()) var after: String

    func run() throws {
        let reports = try [before, after].map { path in
            guard let data = FileManager.default.contents(atPath: path) else {
                throw FileFault(path: path, reason: "cannot be read")
            }
            return try BenchReport(json: data, path: path)
        }
        Output.write(Comparison(before: reports[0], after: reports[1]).text)
    }
}
