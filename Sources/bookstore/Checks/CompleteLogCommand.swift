internal import ArgumentParser
internal import Catalog
internal import Model
internal import Monitoring
internal import Order
internal import Storage

/// `bookstore complete-log`
struct CompleteLogCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "complete-log",
        abstract: "Complete the log of one of several servers that is gone for good.",
        discussion: """
            Example: bookstore complete-log order 2 --store URL --output output/order-1
            A server that comes back completes its log itself. For one that does not, this writes the lines that its \
            log lacks, or all of them where the log is lost: 'bookstore verify' names the number. The others may be \
            selling meanwhile; the server itself is refused while it runs.
            """)

    @Argument(help: "The server's type, catalog or order.", completion: .list(["catalog", "order"]))
    var tier: String
    @Argument(help: "The number of its log, from 1.") var number: Int64
    @OptionGroup var common: CommonOptions
    @OptionGroup var data: DataOptions

    func validate() throws {
        guard tier == Tier.catalog.rawValue || tier == Tier.order.rawValue else {
            throw ValidationError("<tier> \(ShownText.quoted(tier)) is neither catalog nor order")
        }
        try ArgumentCheck.check(number, "<number>", in: 1...Int64.max)
    }

    func run() async throws {
        let settings = try await common.load([.data: data.data, .store: data.store])
        guard let url = try settings.storeURL() else {
            throw ValidationError(
                "only a store in PostgreSQL has numbered logs: name it by \(Setting.store.flag)")
        }
        let isCatalog = tier == Tier.catalog.rawValue
        let store = StoreFiles(data: "", url: url, outputs: [])
        guard try isCatalog ? store.hasCatalog : store.hasOrders else {
            throw FileFault(path: store.place, reason: "has no tables of the \(tier)")
        }
        let folder = settings.text(.output)
        try Folder.prepare(folder, option: Setting.output.flag)
        let path = "\(folder)/\(tier)_log"
        try OperationLog.checkUnused(path)
        let logger = try TierProcess.logger("complete-log", settings: settings)
        let complete = isCatalog ? PostgresCatalogStore.completeLog : PostgresOrderStore.completeLog
        try complete(number, url, path, logger)
        Output.line("\(path) has all lines of log \(number) of the \(tier).")
    }
}
