internal import ArgumentParser
internal import Foundation
internal import Model
internal import NIOCore
internal import StoreClient
internal import TierHTTP

/// `bookstore config`
struct ConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Show every setting, its value and where the value comes from.",
        discussion: """
            Flags win over the environment, the environment over the settings file, the file over what the store \
            keeps of the shop's settings, and that over the defaults. A settings file is a JSON object such as \
            {"data": "/srv/books", "log": {"level": "debug"}}.
            """)

    @OptionGroup var common: CommonOptions
    @Flag(help: "Print the settings and servers as JSON.") var json = false

    /// What `--json` prints.
    private struct Report: Encodable {
        struct Entry: Encodable {
            let key: String
            /// Nil if there is no value, and for a secret.
            let value: String?
            let source: String
            let secret: Bool
            /// Nil where only the environment and the settings file set it.
            let option: String?
            let variable: String
            let meaning: String
        }

        struct Server: Encodable {
            let type: String
            let index: Int
            let address: String
        }

        /// The store that was asked what it keeps of the shop's settings.
        struct Store: Encodable {
            /// Nil where no frontend is known.
            let address: String?
            let answers: Bool
        }

        let settings: [Entry]
        let servers: [Server]
        let store: Store
    }

    /// The source of what the store keeps.
    private static let keptByStore = "the store"
    /// How long the store may take to say it.
    private static let answerTimeMax = TimeAmount.seconds(2)

    func run() async throws {
        let settings = try await common.load()
        let servers = try settings.servers()
        let frontend = servers.servers[.frontend]?.first
        let kept = await Self.kept(at: frontend)
        let entries = Setting.all.map { setting in
            let stored = settings.isGiven(setting) ? nil : kept?[setting]
            let value = stored ?? settings.text(setting)
            return Report.Entry(
                key: setting.key, value: value.isEmpty || isHidden(setting, settings) ? nil : value,
                source: stored == nil ? settings.source(of: setting) : Self.keptByStore,
                secret: setting.isSecret, option: setting.isOption && !setting.isSecret ? setting.flag : nil,
                variable: setting.variable, meaning: setting.meaning)
        }
        let report = Report(
            settings: entries, servers: Self.servers(servers),
            store: Report.Store(address: frontend?.description, answers: kept != nil))
        guard !json else { return try Output.json(report) }
        for (entry, setting) in zip(report.settings, Setting.all) {
            let isSet = !settings.text(setting).isEmpty
            Output.line("\(entry.key) = \(entry.value ?? (isSet ? "(secret)" : "(none)"))")
            Output.line("    \(entry.meaning)")
            let ways = (entry.option.map { $0 + ", " } ?? "") + entry.variable
            Output.line("    from: \(entry.source); set by \(ways) or \"\(entry.key)\"")
        }
        Output.lines(report.servers.map { "server \($0.type) \($0.index): \($0.address)" })
        Output.line(Self.words(report.store))
    }

    /// What the store keeps of the shop's settings; nil where it does not answer.
    private static func kept(at frontend: ServerAddress?) async -> [Setting: String]? {
        guard let frontend,
            let store = try? await StoreClient(
                of: Tier.frontend.rawValue, at: [frontend], loops: TierLoops(count: 1))
        else { return nil }
        let kept = try? await store.shopProfile(within: answerTimeMax)
        await store.shutdown()
        return kept.map { Dictionary(uniqueKeysWithValues: $0.map { ($0.key.setting, $0.value) }) }
    }

    private static func words(_ store: Report.Store) -> String {
        guard let address = store.address else {
            return "no frontend is known that could say what the store keeps of the shop's settings"
        }
        return store.answers
            ? "the store at \(address) was asked what it keeps of the shop's settings"
            : "the store does not answer at \(address): what it keeps of the shop's settings is not shown"
    }

    /// Whether a value may not be shown. A URL that is refused may have a password in it.
    private func isHidden(_ setting: Setting, _ settings: Settings) -> Bool {
        setting.isSecret || setting == .store && (try? settings.storeURL()) == nil
    }

    private static func servers(_ config: ServerConfig) -> [Report.Server] {
        let tiers = Tier.allCases.map { ($0.rawValue, config.servers[$0] ?? []) }
        return (tiers + [(ServerConfig.storefrontType, config.storefronts)]).flatMap { type, addresses in
            addresses.enumerated().map { Report.Server(type: type, index: $0, address: "\($1)") }
        }
    }
}
