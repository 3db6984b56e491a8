internal import ArgumentParser
internal import Model
internal import StoreAPI
internal import StoreClient
internal import TierHTTP

/// A client of one server of the store, with the store's token. What goes wrong ends the command, with words and a
/// status that fit.
enum KeeperConnection {
    /// Runs `body` with a client of the frontend.
    ///
    /// - Parameter current: what a refusal says of a book that is not as expected.
    static func open(
        _ options: KeeperOptions, current: (BookDetails) -> [String] = state(of:),
        _ body: (StoreClient) async throws -> Void
    ) async throws {
        try await open(.frontend, at: options.frontend.address, options.common, current: current, body)
    }

    /// Runs `body` with a client of the frontend.
    static func open(
        _ frontend: FrontendOptions, _ common: CommonOptions, _ body: (StoreClient) async throws -> Void
    ) async throws {
        try await open(.frontend, at: frontend.address, common, body)
    }

    /// Runs `body` with a client of the catalog of the config file.
    static func openCatalog(
        _ common: CommonOptions, _ body: (StoreClient) async throws -> Void
    ) async throws {
        let address = { (settings: Settings) in
            try settings.servers().address(of: .catalog, index: 0, path: settings.text(.config))
        }
        try await open(.catalog, at: address, common, body)
    }

    private static func open(
        _ tier: Tier, at address: (Settings) throws -> ServerAddress, _ common: CommonOptions,
        current: (BookDetails) -> [String] = state(of:), _ body: (StoreClient) async throws -> Void
    ) async throws {
        let settings = try await common.load()
        let address = try address(settings)
        let store = try await StoreClient(
            of: tier.rawValue, at: [address], loops: TierLoops(count: 1), token: try settings.token())
        do {
            try await body(store)
        } catch {
            await store.shutdown()
            throw end(of: error, at: address, current)
        }
        await store.shutdown()
    }

    /// What ends the command after an error, which is said where it is a refusal.
    private static func end(
        of error: any Error, at address: ServerAddress, _ current: (BookDetails) -> [String]
    ) -> any Error {
        switch error {
        case StoreFault.refused(let problem), StoreFault.busy(let problem): return refusal(problem, current)
        case StoreFault.unavailable(.problem(let problem), let key):
            guard problem.status == 503, let key else { return refusal(problem, current) }
            return unknown(problem.text, key)
        case StoreFault.unavailable(.nonsense, _):
            return WorkFault("the server sent an invalid response")
        case StoreFault.unavailable(.noAnswer(let error), let key):
            guard case StoreError.unavailable(let tier, let reason, let isUnknown) = error else {
                return error
            }
            if isUnknown, let key { return unknown("\(ExitStatus.text(error)) (\(address))", key) }
            return UnreachableFault(
                .unavailable(tier: tier, reason: reason, outcomeUnknown: false), at: address)
        default: return error
        }
    }

    private static func state(of details: BookDetails) -> [String] {
        let book = details.book
        return ["  now: book \(book.item), stock \(book.stock), cost \(book.price)"]
    }

    private static func unknown(_ text: String, _ key: IdempotencyKey) -> UnknownOutcomeFault {
        UnknownOutcomeFault(text, key: key, promise: "never changes anything twice")
    }

    /// Says what the server refused, with what it has instead.
    private static func refusal(
        _ problem: StoreProblem, _ current: (BookDetails) -> [String]
    ) -> ExitCode {
        ExitStatus.say("bookstore: \(problem.text)")
        for line in (problem.current ?? []).flatMap(current) { ExitStatus.say(line) }
        if problem.status == 401 {
            ExitStatus.say("  set \(Setting.token.variable), or name its file by \(Setting.tokenFile.flag)")
        }
        return ExitCode((problem.status == 503 ? ExitStatus.unreachable : .failed).rawValue)
    }
}

extension StoreProblem {
    fileprivate var text: String { detail ?? "the server answered with status \(status)" }
}
