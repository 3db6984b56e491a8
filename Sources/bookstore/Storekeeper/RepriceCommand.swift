internal import ArgumentParser
internal import Model

/// `bookstore reprice`
struct RepriceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reprice", abstract: "Give books new prices.",
        discussion: "Example: bookstore reprice 1=12.50 2=9 --reason sale\nAll of it is done or none.")

    @Argument(help: ArgumentHelp("Books, each with its new price.", valueName: "item=amount")) var changes:
        [String]
    @OptionGroup var change: ChangeOptions
    @OptionGroup var keeper: KeeperOptions

    func validate() throws { _ = try updates }

    func run() async throws { try await Pairs.send(try updates, change, keeper) }

    private var updates: [KeeperUpdate] {
        get throws {
            try Pairs.split(changes, "amount").map { pair, item, text in
                let price = try ArgumentCheck.cost(text, "\(ShownText.quoted(pair)):")
                return KeeperUpdate(StockChange(item: item, price: price))
            }
        }
    }
}
