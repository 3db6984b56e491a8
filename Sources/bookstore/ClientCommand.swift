internal import Acceptance
internal import ArgumentParser
internal import Model
internal import Monitoring
internal import Storage
internal import TierHTTP

/// `bookstore client`
struct ClientCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "client", abstract: "Send one request to the store and print its answer.",
        subcommands: [SearchCommand.self, LookupCommand.self, BuyCommand.self])
}

struct SearchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search", abstract: "The books of a topic.",
        discussion: "Example: bookstore client search 'distributed systems'")

    @Argument(help: "The topic, exactly.") var topic: String
    @OptionGroup var frontend: FrontendOptions
    @OptionGroup var common: CommonOptions

    func run() async throws {
        try await OneRequest(frontend, common).send { try await $0.search(topic: topic) }
    }
}

struct LookupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lookup", abstract: "One book: title, topic, cost and stock.",
        discussion: "Example: bookstore client lookup 1")

    @Argument(help: "The book's item number.") var item: String
    @OptionGroup var frontend: FrontendOptions
    @OptionGroup var common: CommonOptions

    func run() async throws {
        try await OneRequest(frontend, common).send { try await $0.lookup(item) }
    }
}

struct BuyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "buy", abstract: "Buy one copy of a book.",
        discussion: """
            Example: bookstore client buy 1
            The answer is Success, or Failed when the book is sold out. With --key a purchase that was \
            interrupted can be repeated safely: the same key never buys twice. Without --key one is made; when the \
            outcome stays unknown, it is printed with the line that repeats the purchase, and the exit status is 75.
            """)

    @Argument(help: "The book's item number.") var item: String
    @Option(
        help: ArgumentHelp(
            "The purchase's idempotency key, 1 to \(IdempotencyKey.byteCountMax) visible ASCII characters.",
            valueName: "key"))
    var key: String?
    @OptionGroup var frontend: FrontendOptions
    @OptionGroup var common: CommonOptions

    func validate() throws { _ = try KeyOption.parsed(key) }

    func run() async throws {
        // The key is drawn here, so that it can be printed when the outcome is unknown.
        let key = try KeyOption.parsed(key) ?? .random()
        try await OneRequest(frontend, common).send(repeatedBy: key) { try await $0.buy(item, key: key) }
    }
}

/// One request from the shell.
struct OneRequest {
    private let frontend: FrontendOptions
    private let common: CommonOptions

    init(_ frontend: FrontendOptions, _ common: CommonOptions) {
        self.frontend = frontend
        self.common = common
    }

    /// Prints a success to standard output, and a problem to standard error with exit status 1, or 69 when a
    /// server of the store is unreachable.
    ///
    /// - Parameter key: makes the request safe to repeat. With it, a problem with an unknown outcome ends with status 75
    ///   and prints the line to repeat.
    func send(
        repeatedBy key: IdempotencyKey? = nil, _ request: (Client) async throws -> Client.Answer
    ) async throws {
        let settings = try await common.load()
        let address = try frontend.address(settings)
        let folder = settings.text(.output)
        try Folder.prepare(folder, option: Setting.output.flag)
        let log = try OperationLog(path: folder + "/client_log", isShared: true)
        let loops = TierLoops(count: 1)
        let client = try await Client(number: 1, frontend: address, log: log, loops: loops)
        let answer: Client.Answer
        do {
            answer = try await request(client)
        } catch let error as StoreError {
            guard case .unavailable(_, _, let isUnknown) = error else { throw error }
            if isUnknown, let key { throw Self.unknown("\(ExitStatus.text(error)) (\(address))", key) }
            throw UnreachableFault(error, at: address)
        }
        // 409: an earlier copy is being worked on.
        if answer.status == 409 || answer.status == 503 && answer.isOutcomeUnknown, let key {
            throw Self.unknown(answer.text, key)
        }
        guard answer.status == 200 else {
            ExitStatus.say(answer.text)
            throw ExitCode((answer.status == 503 ? ExitStatus.unreachable : .failed).rawValue)
        }
        Output.line(answer.text)
    }

    private static func unknown(_ text: String, _ key: IdempotencyKey) -> UnknownOutcomeFault {
        UnknownOutcomeFault(text, key: key, promise: "never buys twice")
    }
}
