internal import ArgumentParser
internal import Frontend
internal import Model
internal import TierHTTP

/// `bookstore frontend`
struct FrontendCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "frontend", abstract: "The frontend server: what clients talk to. It holds no state.",
        discussion: "SIGTERM or Ctrl-C stops cleanly.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var tier: TierOptions

    func run() async throws {
        let settings = try await common.load(
            [.index: tier.index.map(String.init), .bind: tier.bind], handed: try tier.handed())
        let process = try TierProcess(.frontend, settings: settings, options: tier)
        try await process.run {
            let catalog = try await TierClient(
                tier: "catalog", addresses: try process.addresses(of: .catalog), loops: process.loops,
                monitor: process.monitor, token: process.token)
            let order = try await TierClient(
                tier: "order", addresses: try process.addresses(of: .order), loops: process.loops,
                monitor: process.monitor, limits: ClientLimits(tiersBehind: 1), token: process.token)
            let server = try await FrontendServer.start(
                catalog: catalog, order: order, token: process.token, at: process.address,
                hosts: process.hosts,
                loops: process.loops,
                monitor: process.monitor, logger: process.logger)
            return TierProcess.Running(address: server.address, reopenLogs: {}) {
                await server.shutdown()
                await catalog.shutdown()
                await order.shutdown()
            }
        }
    }
}
