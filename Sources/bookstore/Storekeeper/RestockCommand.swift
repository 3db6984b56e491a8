internal import ArgumentParser
internal import Model

/// `bookstore restock`
struct RestockCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restock", abstract: "Put copies of books on the shelf, or take some off.",
        discussion: """
            Example: bookstore restock 1=5 2=-1 --reason 'delivery of Monday'
            All of it is done or none. Copies that are taken off are not counted as sold.
            """)

    @Argument(help: ArgumentHelp("Books, each with its copies.", valueName: "item=copies")) var changes:
        [String]
    @OptionGroup var change: ChangeOptions
    @OptionGroup var keeper: KeeperOptions

    func validate() throws { _ = try updates }

    func run() async throws { try await Pairs.send(try updates, change, keeper) }

    private var updates: [KeeperUpdate] {
        get throws {
            let most = StockChange.unitsMax
            return try Pairs.split(changes, "copies").map { pair, item, text in
                guard let units = Int64(text), (-most...most).contains(units) else {
                    throw ValidationError(
                        "\(ShownText.quoted(pair)): \(ShownText.quoted(text)) is not a number of copies from \(-most) to \(most)"
                    )
                }
                return KeeperUpdate(StockChange(item: item, units: units))
            }
        }
    }
}
