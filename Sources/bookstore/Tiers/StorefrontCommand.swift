internal import ArgumentParser
internal import Logging
internal import Model
internal import Storefront
internal import TierHTTP

/// `bookstore storefront`
struct StorefrontCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "storefront",
        abstract: "The web shop: pages for people, in front of the frontend. It holds no state.",
        discussion: """
            It listens where a 'storefront' line of the config file says, or else on \
            \(ServerConfig.storefrontDefault). SIGTERM or Ctrl-C stops cleanly.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var tier: TierOptions
    @OptionGroup var shop: ShopOptions

    func run() async throws {
        let settings = try await common.load(
            [.index: tier.index.map(String.init), .bind: tier.bind].merging(shop.values) { first, _ in first
            },
            handed: try tier.handed())
        let publicURL = try settings.publicURL()
        let given = try settings.shopSettings()
        let password = try settings.deskPassword()
        let process = try TierProcess(storefront: settings, options: tier)
        try await process.run {
            let frontend = try await TierClient(
                tier: "frontend", addresses: try process.addresses(of: .frontend), loops: process.loops,
                monitor: process.monitor, limits: ClientLimits(tiersBehind: 2), token: process.token)
            let server = try await StorefrontServer.start(
                frontend: frontend, given: given, publicURL: publicURL, firstOwner: password,
                at: process.address,
                loops: process.loops, monitor: process.monitor, logger: process.logger)
            let watch = Task { [broken = process.broken] in
                await server.waitUntilEnded()
                if !Task.isCancelled { broken(WorkFault("the web server has ended by itself")) }
            }
            return TierProcess.Running(address: server.address, reopenLogs: {}) {
                watch.cancel()
                await server.shutdown()
                await frontend.shutdown()
            }
        }
    }
}
