internal import ArgumentParser
internal import Foundation
internal import Model
internal import StoreAPI
internal import StoreClient

/// `bookstore books`
struct BooksCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "books",
        abstract: "Look at the books of a running store, add, correct, import and retire some.",
        discussion: "With a token, the store wants it: set BOOKSTORE_TOKEN or name its file by --token-file.",
        subcommands: [
            List.self, Show.self, Add.self, EditCommand.self, CoverCommand.self, Retire.self, Restore.self,
            ImportCommand.self, ExportCommand.self,
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
        var retired: RetiredBooks?
        @OptionGroup var page: PageOptions
        @OptionGroup var keeper: KeeperOptions

        func validate() throws {
            try ArgumentCheck.check(stockMax, "--stock-max", in: 0...Book.stockMax)
            try ArgumentCheck.checkText(topic, "--topic", byteCountMax: ShopText.topicByteCountMax)
        }

        func run() async throws {
            try await KeeperConnection.open(keeper) { store in
                let filter = StoreClient.BookFilter(
                    words: find, topic: topic, stockMax: stockMax, retired: retired)
                page.show(
                    try await store.books(filter, limit: page.limit, after: page.after), isJSON: keeper.json)
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
            let item = try ArgumentCheck.item(item)
            try await KeeperConnection.open(keeper) { store in
                Self.show(try await store.book(item), isJSON: keeper.json)
            }
        }

        /// Prints one book.
        static func show(_ answer: StoreAnswer<BookDetails>, isJSON: Bool) {
            guard !isJSON else { return Output.line(answer.text) }
            let (details, book) = (answer.result, answer.result.book)
            let fields =
                [
                    ("number", book.item.description), ("title", book.title), ("topic", book.topic),
                    ("cost", book.price.description), ("stock", String(book.stock)),
                    ("sold", String(details.sold)), ("retired", details.isRetired ? "yes" : "no"),
                    ("version", String(details.version)),
                ] + details.facts.known.map { ($0.fact.rawValue, $0.text) }
            let width = fields.map(\.0.count).max().map { $0 + 2 } ?? 0
            // The further lines of a text begin where its first one does.
            let indented = { (text: String) in
                text.replacing("\n", with: "\n" + String(repeating: " ", count: width))
            }
            Output.lines(
                fields.map {
                    "\($0.0):".padding(toLength: width, withPad: " ", startingAt: 0) + indented($0.1)
                })
        }
    }

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "add", abstract: "Add a book.",
            discussion: """
                Examples:
                  bookstore books add --title 'A new book' --topic novels --cost 12.50 --stock 4
                  bookstore books add --title Emma --topic novels --cost 9 --author 'Jane Austen'
                """)

        @Option(help: "The title.") var title: String
        @Option(help: "The topic.") var topic: String
        @Option(help: ArgumentHelp("The price of a copy.", valueName: "amount")) var cost: String
        @Option(help: ArgumentHelp("Copies on the shelf.", valueName: "n")) var stock: Int64 = 0
        @Option(help: ArgumentHelp("Its item number; the next free one without it.", valueName: "n"))
        var number: String?
        @OptionGroup var facts: FactOptions
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
            let book = NewBook(
                item: try number.map { try ArgumentCheck.item($0, "--number") }, title: title, topic: topic,
                price: try ArgumentCheck.cost(cost, "--cost"), stock: stock, facts: try facts.given)
            let key = try change.keyOrNew()
            try await KeeperConnection.open(keeper) { store in
                let added = try await store.add(
                    book, actor: change.actorOrUser, reason: change.reason, key: key)
                Show.show(added, isJSON: keeper.json)
            }
        }
    }

    struct Restore: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "restore", abstract: "Bring a retired book back into the shop.",
            discussion: """
                It has the number, stock, price and details that it had.

                Examples, the books that are retired, and one of them back:
                  bookstore books list --retired only
                  bookstore books restore 7 --reason 'a new edition'
                """)

        @Argument(help: "The book's item number.") var item: String
        @OptionGroup var change: ChangeOptions
        @OptionGroup var keeper: KeeperOptions

        func validate() throws { _ = try ArgumentCheck.item(item) }

        func run() async throws {
            let item = try ArgumentCheck.item(item)
            let key = try change.keyOrNew()
            try await KeeperConnection.open(keeper) { store in
                let restored = try await store.restore(
                    item, actor: change.actorOrUser, reason: change.reason, key: key)
                Show.show(restored, isJSON: keeper.json)
            }
        }
    }

    struct Retire: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "retire", abstract: "Take a book out of the shop.",
            discussion: """
                It is found and sold no more; its ledger, orders and receipts stay. Restore brings it back.
                """)

        @Argument(help: "The book's item number.") var item: String
        @OptionGroup var change: ChangeOptions
        @OptionGroup var keeper: KeeperOptions

        func validate() throws { _ = try ArgumentCheck.item(item) }

        func run() async throws {
            let item = try ArgumentCheck.item(item)
            let key = try change.keyOrNew()
            try await KeeperConnection.open(keeper) { store in
                let retired = try await store.retire(
                    item, actor: change.actorOrUser, reason: change.reason, key: key)
                Show.show(retired, isJSON: keeper.json)
            }
        }
    }
}

extension RetiredBooks: ExpressibleByArgument {}
