internal import ArgumentParser
internal import Model
internal import StoreClient

/// `bookstore ledger`
struct LedgerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger",
        abstract: "What happened to a book or to all, when, why and by whom; newest first.",
        discussion: "Example, recent sales: bookstore ledger --kind sale")

    @Argument(help: "The book's item number; all books without it.") var item: String?
    @Option(help: ArgumentHelp("Only these.", valueName: "kind"))
    var kind: Movement.Kind?
    @OptionGroup var page: PageOptions
    @OptionGroup var keeper: KeeperOptions

    func validate() throws { if let item { _ = try ArgumentCheck.item(item) } }

    func run() async throws {
        let item = try item.map { try ArgumentCheck.item($0) }
        try await KeeperConnection.open(keeper) { store in
            let movements = try await store.movements(
                of: item, kind: kind?.rawValue, limit: page.limit, after: page.after)
            page.show(movements, isJSON: keeper.json)
        }
    }
}

extension Movement.Kind: ExpressibleByArgument {}
