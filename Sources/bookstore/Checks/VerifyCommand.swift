internal import ArgumentParser
internal import Audit
internal import Catalog
internal import Linearizability
internal import Model
internal import Order

/// `bookstore verify`
struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Check that the books balance: databases, ledger, orders and logs.",
        discussion: """
            Compares, and changes nothing. May run while the store is selling. Exit status 0 when \
            everything fits, 1 with a line for everything that does not, 78 when a database is missing, \
            damaged or not a store's. Rotated logs (catalog_log.2.gz, catalog_log.1, or catalog_log-20261123) \
            are found beside the current ones; one that is missing is named, with status 78. Of several servers over \
            PostgreSQL name all folders of logs, each by an --output of its own.
            """)

    /// How long the tiers may take to write down what the ledger has just decided.
    private static let patience = Duration.seconds(5)

    @OptionGroup var common: CommonOptions
    @OptionGroup var data: DataOptions
    @Flag(help: "Print the verdict, the counts and every discrepancy as JSON.") var json = false

    /// What `--json` prints.
    private struct Verdict: Encodable {
        let balanced: Bool
        let books: Int
        let movements: Int
        let sales: Int
        let orders: Int
        let putBacks: Int
        let discrepancies: [BooksAudit.Discrepancy]

        init(_ audit: StoreFiles.Report) {
            balanced = audit.discrepancies.isEmpty
            (books, movements) = (audit.counts.books, audit.counts.movements)
            (sales, orders) = (audit.counts.sales, audit.counts.orders)
            putBacks = audit.counts.putBacks
            discrepancies = audit.discrepancies
        }

        private enum CodingKeys: String, CodingKey {
            case balanced, books, movements, sales, orders, discrepancies
            case putBacks = "put_backs"
        }
    }

    func run() async throws {
        let settings = try await common.load([.data: data.data, .store: data.store], takesOutputs: true)
        let store = try StoreFiles(settings, outputs: common.outputs)
        let audit = try await store.audit(patience: Self.patience)
        try store.sayUnread()
        if json {
            try Output.json(Verdict(audit))
        } else {
            for discrepancy in audit.discrepancies { Output.message("\(discrepancy)") }
        }
        guard audit.discrepancies.isEmpty else {
            let count = audit.discrepancies.count
            ExitStatus.say("bookstore: \(count) \(count == 1 ? "discrepancy" : "discrepancies")")
            throw ExitCode(ExitStatus.failed.rawValue)
        }
        if !json { Output.line(audit.summary) }
    }
}
