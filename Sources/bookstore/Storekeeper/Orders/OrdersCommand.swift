internal import ArgumentParser
internal import Model
internal import StoreAPI
internal import StoreClient

/// `bookstore orders`
struct OrdersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "orders",
        abstract:
            "Purchases, and customers' orders: find, show, bring a step further, forget whom they are for.",
        discussion: """
            Without a subcommand it lists completed purchases, newest first. Examples:
              bookstore orders find --state placed
              bookstore orders state 7 ready
            """,
        subcommands: [Find.self, Show.self, State.self, Forget.self])

    @OptionGroup var page: PageOptions
    @OptionGroup var keeper: KeeperOptions

    func run() async throws {
        try await KeeperConnection.open(keeper) { store in
            page.show(try await store.orders(limit: page.limit, after: page.after), isJSON: keeper.json)
        }
    }

    struct Find: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "find", abstract: "Customers' orders, newest first.",
            discussion: """
                Examples:
                  bookstore orders find --state placed
                  bookstore orders find 'ann@example.org'
                  bookstore orders find --book 7
                """)

        @Argument(help: "A receipt, an order's number, or a part of the customer's name or e-mail.")
        var words: String?
        @Option(help: ArgumentHelp("Only orders in this state.", valueName: "state")) var state: OrderState?
        @Option(help: ArgumentHelp("Only orders of this book.", valueName: "item")) var book: String?
        @OptionGroup var page: PageOptions
        @OptionGroup var keeper: KeeperOptions

        func validate() throws {
            try ArgumentCheck.checkText(words, "<words>", byteCountMax: StoreLimits.queryByteCountMax)
            if let book { _ = try ArgumentCheck.item(book, "--book") }
        }

        func run() async throws {
            let filter = StoreClient.OrderFilter(
                state: state, words: words, item: try book.map { try ArgumentCheck.item($0, "--book") })
            try await KeeperConnection.open(keeper) { store in
                let limit = min(page.limit, StoreLimits.orderCountMax)
                page.show(
                    try await store.customerOrders(filter, limit: limit, after: page.after),
                    isJSON: keeper.json)
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Everything about one order.")

        @OptionGroup var order: OrderArgument
        @OptionGroup var keeper: KeeperOptions

        func run() async throws {
            try await KeeperConnection.open(keeper) { store in
                try await store.customerOrder(order.number).show(isJSON: keeper.json)
            }
        }
    }

    struct State: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "state", abstract: "Bring an order a step further.",
            discussion: """
                placed → ready → handed_over → returned; cancelled before it is handed over. What is cancelled or \
                returned is on the shelf again. Examples:
                  bookstore orders state 7 ready
                  bookstore orders state 7 returned 3=1 --reason damaged
                """)

        @OptionGroup var order: OrderArgument
        @Argument(help: "What it becomes: ready, handed_over, cancelled or returned.") var state: OrderState
        @Argument(
            help: ArgumentHelp(
                "Of a return: the copies that come back, all without it.", valueName: "item=copies"))
        var copies: [String] = []
        @OptionGroup var change: ChangeOptions
        @OptionGroup var keeper: KeeperOptions

        func validate() throws {
            guard state != .placed else {
                throw ValidationError("an order is placed once: it becomes \(OrderState.laterNames)")
            }
            guard copies.isEmpty || state == .returned else {
                throw ValidationError(
                    "copies are named for a return only: any other step is of the whole order")
            }
            _ = try lines
        }

        private var lines: [OrderLine]? {
            get throws {
                guard !copies.isEmpty else { return nil }
                return try Pairs.split(copies, "copies").map { pair, item, text in
                    guard let copies = Int64(text), (1...OrderLine.copiesMax).contains(copies) else {
                        throw ValidationError(
                            "\(ShownText.quoted(pair)): copies are a whole number from 1 to \(OrderLine.copiesMax)"
                        )
                    }
                    return OrderLine(item: item, copies: copies)
                }
            }
        }

        func run() async throws {
            let (step, key) = (
                OrderStep(order: order.number, state: state, lines: try lines), try change.keyOrNew()
            )
            try await KeeperConnection.open(keeper) { store in
                try await store.step(step, actor: change.actorOrUser, reason: change.reason, key: key)
                    .show(isJSON: keeper.json)
            }
        }
    }

    struct Forget: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "forget", abstract: "Erase name, e-mail and address of an order for good.",
            discussion: "The sale, its lines and its steps stay as they are, and the books balance as before."
        )

        @OptionGroup var order: OrderArgument
        @OptionGroup var keeper: KeeperOptions

        func run() async throws {
            try await KeeperConnection.open(keeper) { store in
                try await store.forget(order.number).show(isJSON: keeper.json)
            }
        }
    }
}

/// Which order a command is about.
struct OrderArgument: ParsableArguments {
    @Argument(help: ArgumentHelp("The order's number.", valueName: "order")) var number: Int64

    func validate() throws { try ArgumentCheck.check(number, "<order>", in: 1...Int64.max) }
}
