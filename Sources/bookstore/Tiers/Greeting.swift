internal import Model
internal import StoreAPI
internal import StoreClient
internal import Storefront
internal import TierHTTP

/// What `up` says when the store is open: where to go in, and what to try there.
struct Greeting {
    let settings: Settings
    let servers: ServerConfig
    let jobs: [Supervisor.Job]
    /// Whether the first books that are named were not added, as there is a store.
    let isOldStore: Bool

    /// Books among which one to try is looked for.
    private static let lookedAt = 20

    /// Asks the store for a book to try, and writes it all.
    func write(loops: TierLoops) async {
        let frontends = servers.servers[.frontend] ?? []
        let examples = await examples(at: frontends, loops: loops)
        Output.write(
            """

            \(await door(loops: loops))\
            The store is open at \(Self.places(frontends))
            \(oldStore)\(examples)\(replicas)\
            Logs are in \(settings.text(.output))/. Ctrl-C closes the store.

            """)
    }

    private static func places(_ addresses: [ServerAddress]) -> String {
        addresses.map { "http://\($0)" }.joined(separator: " and ")
    }

    /// Where people with a browser go in, and as whom keepers do; empty where there is no shop.
    private func door(loops: TierLoops) async -> String {
        guard let shop = servers.storefronts.first else { return "" }
        let isGiven = [Setting.deskPassword, .deskPasswordFile].contains { !settings.text($0).isEmpty }
        let keepers = await keepers(loops: loops)
        let who =
            keepers?.isEmpty == true
            ? "; nobody can sign in yet: bookstore keeper add \(FirstOwner.name) --role owner"
            : isGiven && keepers == [FirstOwner.name] ? "; sign in as \(FirstOwner.name)" : ""
        return """
            The shop is open at \(Self.places(servers.storefronts)) for people with a browser.
            Its desk for storekeepers is at http://\(shop)/desk\(who)

            """
    }

    /// The names of all keepers; nil where the store does not say.
    private func keepers(loops: TierLoops) async -> [String]? {
        guard let frontend = servers.servers[.frontend]?.first,
            let store = try? await StoreClient(
                of: Tier.frontend.rawValue, at: [frontend], loops: loops, token: try settings.token())
        else { return nil }
        let keepers = try? await store.keepers().result.map(\.keeper.name)
        await store.shutdown()
        return keepers
    }

    private var oldStore: String {
        guard isOldStore else { return "" }
        let file = ShellLine.quoted(settings.text(.books))
        return "It has the books that it had; those of \(file) come in by: bookstore books import \(file)\n"
    }

    /// Requests for a book that the store has; where it has none, how it gets some.
    private func examples(at frontends: [ServerAddress], loops: TierLoops) async -> String {
        guard let frontend = frontends.first,
            let store = try? await StoreClient(of: "frontend", at: [frontend], loops: loops)
        else { return "" }
        let books = try? await store.find(limit: Self.lookedAt).result.map(\.book)
        await store.shutdown()
        guard let books else { return "" }
        guard let book = books.first(where: { $0.stock > 0 }) ?? books.first else {
            return "It has no books yet; they come in by: bookstore books import FILE\n"
        }
        let topic = RequestTarget.encode(book.topic)
        return """
            Try, in another terminal:
              curl 'http://\(frontend)/search?topic=\(topic)'
              curl 'http://\(frontend)/lookup?item_number=\(book.item)'
              curl -X POST 'http://\(frontend)/buy?item_number=\(book.item)'

            """
    }

    /// Each server where a type has several, and how their logs are checked; else nothing.
    private var replicas: String {
        let counts = servers.servers.values.map(\.count) + [servers.storefronts.count]
        guard counts.contains(where: { $0 > 1 }) else { return "" }
        let rows = jobs.map { [$0.name, "\($0.address)", $0.output.map { "logs in \($0)/" } ?? ""] }
        let table = TextTable([.left("server"), .left("address"), .left("")]).lines(rows)
            .map { "  \($0)\n" }.joined()
        let outputs = jobs.compactMap(\.output)
        var words = ["bookstore", "verify"]
        words += settings.text(.store).isEmpty ? [] : ["--store", settings.text(.store)]
        for (index, output) in outputs.enumerated() where outputs.firstIndex(of: output) == index {
            words += ["--output", output]
        }
        let line = words.map(ShellLine.quoted).joined(separator: " ")
        let check = outputs.count > 2 ? "Check the books by:\n  \(line)\n" : ""
        return "Of each type any server may end while another one runs:\n\(table)\(check)"
    }
}
