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

    func run() async throws {
        let settings = try await common.load()
        for setting in Setting.all {
            let value = settings.text(setting)
            print("\(setting.key) = \(value.isEmpty ? "(none)" : setting.isSecret ? "(secret)" : value)")
            print("    \(setting.meaning)")
            let hasOption = setting.isOption && !setting.isSecret
            let ways = (hasOption ? setting.flag + ", " : "") + setting.variable
            print("    from: \(settings.source(of: setting)); set by \(ways) or \"\(setting.key)\"")
        }
        let servers = try settings.servers()
        for tier in Tier.allCases {
            for (index, address) in (servers.servers[tier] ?? []).enumerated() {
                print("server \(tier.rawValue) \(index): \(address)")
            }
        }
        for (index, address) in servers.storefronts.enumerated() {
            print("server \(ServerConfig.storefrontType) \(index): \(address)")
        }
    }
}
