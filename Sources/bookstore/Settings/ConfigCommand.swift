internal import ArgumentParser
internal import Foundation
internal import Model

/// `bookstore config`
struct ConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Show every setting, its value and where the value comes from.",
        discussion: """
            Flags win over the environment, the environment over the settings file, the file over the \
            defaults. A settings file is a JSON object such as {"data": "/srv/books", "log": {"level": "debug"}}.
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

        let settings: [Entry]
        let servers: [Server]
    }

    func run() async throws {
        let settings = try await common.load()
        let entries = Setting.all.map { setting in
            let value = settings.text(setting)
            return Report.Entry(
                key: setting.key, value: value.isEmpty || isHidden(setting, settings) ? nil : value,
                source: settings.source(of: setting), secret: setting.isSecret,
                option: setting.isOption && !setting.isSecret ? setting.flag : nil,
                variable: setting.variable, meaning: setting.meaning)
        }
        let report = Report(settings: entries, servers: Self.servers(try settings.servers()))
        guard !json else { return try Output.json(report) }
        for (entry, setting) in zip(report.settings, Setting.all) {
            let isSet = !settings.text(setting).isEmpty
            Output.line("\(entry.key) = \(entry.value ?? (isSet ? "(secret)" : "(none)"))")
            Output.line("    \(entry.meaning)")
            let ways = (entry.option.map { $0 + ", " } ?? "") + entry.variable
            Output.line("    from: \(entry.source); set by \(ways) or \"\(entry.key)\"")
        }
        Output.lines(report.servers.map { "server \($0.type) \($0.index): \($0.address)" })
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
