internal import ArgumentParser
internal import Foundation
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

    private var updates: [[String: Any]] {
        get throws {
            let most = StockChange.unitsMax
            return try Pairs.split(changes, "copies").map { pair, item, text -> [String: Any] in
                guard let units = Int64(text), (-most...most).contains(units) else {
                    throw ValidationError(
                        "\(ShownText.quoted(pair)): \(ShownText.quoted(text)) is not a number of copies from \(-most) to \(most)"
                    )
                }
                return ["item_number": item, "stock": units]
            }
        }
    }
}

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

    private var updates: [[String: Any]] {
        get throws {
            try Pairs.split(changes, "amount").map { pair, item, text -> [String: Any] in
                _ = try ArgumentCheck.cost(text, "\(ShownText.quoted(pair)):")
                return ["item_number": item, "cost": text]
            }
        }
    }
}

/// Changes given as `item=value`.
private enum Pairs {
    static func split(
        _ pairs: [String], _ value: String
    ) throws -> [(pair: String, item: String, value: String)] {
        guard pairs.count <= KeeperRequest.updateCountMax else {
            throw ValidationError(
                "\(pairs.count) changes are more than the \(KeeperRequest.updateCountMax) that are made together"
            )
        }
        return try pairs.map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else {
                throw ValidationError("\(ShownText.quoted(pair)) is not item=\(value), such as 1=5")
            }
            let item = try ArgumentCheck.item(String(parts[0]), "\(ShownText.quoted(pair)):")
            return (pair, item.description, String(parts[1]))
        }
    }

    static func send(
        _ updates: [[String: Any]], _ change: ChangeOptions, _ keeper: KeeperOptions
    ) async throws {
        var members = change.members
        members["updates"] = updates
        try await KeeperConnection.open(keeper) { [members] store in
            let answer = try await store.post("/updates", members, change)
            let books = try answer.decoded(as: KeeperResult<[BookRow]>.self).result
            guard !keeper.json else { return Output.line(answer.text) }
            Output.lines(BookRow.table.lines(books.map(\.cells)))
        }
    }
}

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

/// `bookstore orders`
struct OrdersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "orders", abstract: "Completed purchases, newest first.")

    @OptionGroup var page: PageOptions
    @OptionGroup var keeper: KeeperOptions

    func run() async throws {
        try await KeeperConnection.open(keeper) { store in
            let answer = try await store.get("/orders", page.parameters)
            try page.show(answer, OrderRow.self, OrderRow.table, isJSON: keeper.json) { $0.cells }
        }
    }
}
