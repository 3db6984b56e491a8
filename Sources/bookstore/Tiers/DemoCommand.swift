internal import ArgumentParser
internal import Demo
internal import Foundation
internal import Model
internal import Passwords
internal import Storage
internal import Storefront
internal import TierHTTP

/// `bookstore demo`
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "A living store to look at: thousands of books, and four weeks of sales.",
        discussion: """
            Opens a store of its own, with well-known books of many languages, and makes it a past: customers who \
            bought by day and in the evening, deliveries, books of the week at lower prices, titles that sold out. It \
            then runs as under 'bookstore up', with a web shop and a desk, until Ctrl-C, which removes it.

              bookstore demo                  on free ports; it says where to go in, and the owner's password
              bookstore demo --port 8080      the shop at http://127.0.0.1:8080
              bookstore demo --keep shop      keeps it in the folder shop; it says how to open it again

            It listens on this machine alone and leaves every other store here as it is. What happened in the shop is \
            the same each time, counted back from today.
            """)

    @Option(
        help: ArgumentHelp(
            "Keep the store in this folder, new or empty; without it the store is removed at the end.",
            valueName: "dir"), completion: .directory)
    var keep: String?
    @Option(help: ArgumentHelp("The port of the shop; without it a free one.", valueName: "port"))
    var port: Int?

    private static let passwordLetters = Array("abcdefghjkmnpqrstuvwxyz23456789")

    func validate() throws {
        try ArgumentCheck.check(port.map(Int64.init), "--port", in: 1...65_535)
    }

    func run() async throws {
        if let port { try AddressCheck.check([ServerAddress(host: "127.0.0.1", port: port)]) }
        let loops = TierLoops(count: 1)
        let store = try TemporaryStore(common: try CommonOptions.parse([]), loops: loops, keptIn: keep)
        defer { store.remove() }
        let servers = try await store.configure(shopPort: port ?? 0)
        let password = Self.newPassword()
        let settings = try await settings(of: store, password: password)
        let supervisor = Supervisor(
            jobs: try StoreJobs(settings: settings, servers: servers).all, loops: loops)
        var history: DemoHistory?
        try await supervisor.run {
            ExitStatus.say("Making a bookshop and \(DemoHistory.dayCount / 7) weeks of its sales …")
            for folder in [store.data, settings.text(.output)] {
                try Folder.prepare(folder, option: "--keep")
            }
            history = try await DemoHistory(
                in: store.data, logs: settings.text(.output), on: loops.slots[0])
        } opened: {
            if let history { greet(history, at: servers, password: password, settings) }
        }
        store.remove()
        ExitStatus.say(
            keep.map { "The store is closed, and kept in \($0)." } ?? "The store is closed and removed.")
    }

    /// Settings under which nothing of this machine's other stores is touched.
    private func settings(of store: TemporaryStore, password: String) async throws -> Settings {
        let passwordFile = store.folder + "/desk.hash"
        guard let hash = try KeeperPassword(hashing: password) else {
            throw ValidationError(Settings.passwordLengthFault)
        }
        try (hash.text + "\n").write(toFile: passwordFile, atomically: true, encoding: .utf8)
        var own: [Setting: String?] = [
            .output: store.folder + "/output", .deskPasswordFile: passwordFile, .deskPassword: "", .store: "",
            .books: "", .bind: "", .publicURL: "",
        ]
        // Its servers have little to say that a visitor wants to read.
        if try await !store.load(own).isGiven(.logLevel) { own[.logLevel] = "warning" }
        return try await store.load(own)
    }

    private static func newPassword() -> String {
        let letters = (0..<12).map { _ in passwordLetters[Int.random(in: passwordLetters.indices)] }
        return stride(from: 0, to: letters.count, by: 4).map { String(letters[$0..<$0 + 4]) }.joined(
            separator: "-")
    }

    private func greet(
        _ history: DemoHistory, at servers: ServerConfig, password: String, _ settings: Settings
    ) {
        guard let shop = servers.storefronts.first, let frontend = servers.servers[.frontend]?.first else {
            return
        }
        Output.write(
            """

            A bookshop with \(history.bookCount) books, which sold \(history.saleCount) copies in the last \
            \(DemoHistory.dayCount) days:
              the shop   http://\(shop)
              its desk   http://\(shop)/desk     sign in as \(FirstOwner.name), and the password \(password)
              programs   curl 'http://\(frontend)/search?topic=Poetry'

            Find '\(history.example)' in the shop and buy it; the desk shows the sale, what is low, and the ledger.
            \(ending(settings))

            """)
    }

    private func ending(_ settings: Settings) -> String {
        guard keep != nil else { return "Ctrl-C closes the store and removes it." }
        var words = ["bookstore", "up"]
        for setting in [Setting.config, .data, .output, .deskPasswordFile] {
            words += [setting.flag, settings.text(setting)]
        }
        return """
            Ctrl-C closes the store. Open it again by
              \(words.map(ShellLine.quoted).joined(separator: " "))
            """
    }
}
