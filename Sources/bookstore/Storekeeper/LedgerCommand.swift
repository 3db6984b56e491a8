internal import ArgumentParser
internal import Model

/// `bookstore ledger`
struct LedgerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger",
        abstract: "What happened to a book or to all, when, why and by whom; newest first.",
        discussion: "Example, recent sales: bookstore ledger --kind sale")

    @Argument(help: "The book's item number; all books without it.") var item: String?
    @Option(help: ArgumentHelp("Only these: sale, update, add or retire.", valueName: "kind")) var kind: Kind?
    @OptionGroup var page: PageOptions
    @OptionGroup var keeper: KeeperOptions

    /// What a movement may be.
    enum Kind: String, CaseIterable, ExpressibleByArgument {
        case sale, update, add, retire
    }

    func validate() throws { if let item { _ = try ArgumentCheck.item(item) } }

    func run() async throws {
        try await KeeperConnection.open(keeper) { store in
            let answer = try await store.get(
                "/movements", [("item_number", item), ("kind", kind?.rawValue)] + page.parameters)
            try page.show(answer, MovementRow.self, MovementRow.table, isJSON: keeper.json) { $0.cells }
        }
    }
}
