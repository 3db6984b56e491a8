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

    func run() async throws {
        let updates = try Pairs.split(changes).map { item, text -> [String: Any] in
            guard let units = Int64(text) else {
                throw ValidationError("'\(text)' is not a number of copies")
            }
            return ["item_number": item, "stock": units]
        }
        try await Pairs.send(updates, change, keeper)
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

    func run() async throws {
        let updates = try Pairs.split(changes).map { item, text -> [String: Any] in
            ["item_number": item, "cost": text]
        }
        try await Pairs.send(updates, change, keeper)
    }
}

/// Changes given as `item=value`.
private enum Pairs {
    static func split(_ pairs: [String]) throws -> [(item: String, value: String)] {
        try pairs.map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { throw ValidationError("'\(pair)' is not item=value, such as 1=5") }
            return (String(parts[0]), String(parts[1]))
        }
    }

    static func send(
        _ updates: [[String: Any]], _ change: ChangeOptions, _ keeper: KeeperOptions
    ) async throws {
        var members = change.members
        members["updates"] = updates
        try await KeeperConnection.open(keeper) { [members] store in
            let answer = try await store.post("/updates", members)
            let books = try answer.decoded(as: KeeperResult<[BookRow]>.self).result
            guard !keeper.json else { return print(answer.text) }
            for line in BookRow.table.lines(books.map(\.cells)) { print(line) }
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
    @Option(help: ArgumentHelp("Only these: sale, update, add or retire.", valueName: "kind")) var kind:
        String?
    @OptionGroup var page: PageOptions
    @OptionGroup var keeper: KeeperOptions

    func run() async throws {
        try await KeeperConnection.open(keeper) { store in
            let answer = try await store.get(
                "/movements", [("item_number", item), ("kind", kind)] + page.parameters)
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
