internal import ArgumentParser
internal import Foundation
internal import Model

/// `bookstore books`
struct BooksCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "books", abstract: "Look at the books of a running store, add, import and retire some.",
        discussion: "With a token, the store wants it: set BOOKSTORE_TOKEN or name its file by --token-file.",
        subcommands: [
            List.self, Show.self, Add.self, Retire.self, ImportCommand.self, ExportCommand.self,
        ])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "Books with stock, price and copies sold.",
            discussion: "Example, what runs low: bookstore books list --stock-max 2")

        @Option(help: ArgumentHelp("Only books that have these words.", valueName: "words")) var find: String?
        @Option(help: "Only books of this topic.") var topic: String?
        @Option(help: ArgumentHelp("Only books with at most so many copies.", valueName: "n")) var stockMax:
            Int64?
        @Option(help: ArgumentHelp("Retired books too: false, true or only.", valueName: "which"))
        var retired: Retired?
        @OptionGroup var page: PageOptions
        @OptionGroup var keeper: KeeperOptions

        /// Whether retired books are listed.
        enum Retired: String, CaseIterable, ExpressibleByArgument {
            case `false`, `true`, only
        }

        func validate() throws {
            try ArgumentCheck.check(stockMax, "--stock-max", in: 0...Book.stockMax)
            try ArgumentCheck.checkText(topic, "--topic", byteCountMax: ShopText.topicByteCountMax)
        }

        func run() async throws {
            try await KeeperConnection.open(keeper) { store in
                let answer = try await store.get(
                    "/books",
                    [
                        ("q", find), ("topic", topic), ("stock_max", stockMax.map { String($0) }),
                        ("retired", retired?.rawValue),
                    ] + page.parameters)
                try page.show(answer, BookRow.self, BookRow.table, isJSON: keeper.json) { $0.cells }
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Everything about one book.")

        @Argument(help: "The book's item number.") var item: String
        @OptionGroup var keeper: KeeperOptions

        func validate() throws { _ = try ArgumentCheck.item(item) }

        func run() async throws {
            try await KeeperConnection.open(keeper) { store in
                try Self.show(try await store.get("/book", [("item_number", item)]), isJSON: keeper.json)
            }
        }

        /// Prints one book.
        static func show(_ answer: KeeperAnswer, isJSON: Bool) throws {
            let book = try answer.decoded(as: KeeperResult<BookRow>.self).result
            guard !isJSON else { return Output.line(answer.text) }
            let fields = [
                ("number", book.itemNumber), ("title", book.title), ("topic", book.type), ("cost", book.cost),
                ("stock", String(book.stock)), ("sold", String(book.sold)),
                ("retired", book.retired ? "yes" : "no"), ("version", String(book.version)),
            ]
            Output.lines(
                fields.map { "\($0.0):".padding(toLength: 9, withPad: " ", startingAt: 0) + $0.1 })
        }
    }

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "add", abstract: "Add a book.",
            discussion:
                "Example: bookstore books add --title 'A new book' --topic novels --cost 12.50 --stock 4")

        @Option(help: "The title.") var title: String
        @Option(help: "The topic.") var topic: String
        @Option(help: ArgumentHelp("The price of a copy.", valueName: "amount")) var cost: String
        @Option(help: ArgumentHelp("Copies on the shelf.", valueName: "n")) var stock: Int64 = 0
        @Option(help: ArgumentHelp("Its item number; the next free one without it.", valueName: "n"))
        var number: String?
        @OptionGroup var change: ChangeOptions
        @OptionGroup var keeper: KeeperOptions

        func validate() throws {
            try ArgumentCheck.checkText(title, "--title", byteCountMax: ShopText.titleByteCountMax)
            try ArgumentCheck.checkText(topic, "--topic", byteCountMax: ShopText.topicByteCountMax)
            _ = try ArgumentCheck.cost(cost, "--cost")
            try ArgumentCheck.check(stock, "--stock", in: 0...Book.stockMax)
            if let number { _ = try ArgumentCheck.item(number, "--number") }
        }

        func run() async throws {
            var members = change.members
            members.merge(["title": title, "topic": topic, "cost": cost, "stock": stock]) { $1 }
            members["item_number"] = number
            try await KeeperConnection.open(keeper) { [members] store in
                try Show.show(try await store.post("/add", members, change), isJSON: keeper.json)
            }
        }
    }

    struct Retire: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "retire", abstract: "Take a book out of the shop.",
            discussion: "It is found and sold no more; its ledger, orders and receipts stay.")

        @Argument(help: "The book's item number.") var item: String
        @OptionGroup var change: ChangeOptions
        @OptionGroup var keeper: KeeperOptions

        func validate() throws { _ = try ArgumentCheck.item(item) }

        func run() async throws {
            var members = change.members
            members["item_number"] = item
            try await KeeperConnection.open(keeper) { [members] store in
                try Show.show(try await store.post("/retire", members, change), isJSON: keeper.json)
            }
        }
    }
}
