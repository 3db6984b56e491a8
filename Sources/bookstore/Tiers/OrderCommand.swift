internal import ArgumentParser
internal import Logging
internal import Model
internal import Order
internal import Services
internal import Storage
internal import TierHTTP

/// `bookstore order`
struct OrderCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "order", abstract: "The order server: sells books and keeps the orders.",
        discussion: "SIGHUP opens order_log anew after it was renamed. SIGTERM or Ctrl-C stops cleanly.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var data: DataOptions
    @OptionGroup var tier: TierOptions

    func run() async throws {
        let settings = try await common.load(
            [
                .data: data.data, .store: data.store, .index: tier.index.map(String.init), .bind: tier.bind,
            ], handed: try tier.handed())
        let process = try TierProcess(.order, settings: settings, options: tier)
        try await process.run {
            let logPath = try process.logPath("order_log")
            let folder = try process.folder(.data)
            let lock = try process.lockData()
            let store: any OrderStoring =
                if let url = try settings.storeURL() {
                    try PostgresOrderStore(url, folder: folder)
                } else {
                    try OrderStore(folder: folder)
                }
            let database = try store.databaseName()
            process.logger.notice("\(store.lastNumber) orders, \(database)")
            let catalog = try await TierClient(
                tier: "catalog", addresses: try process.addresses(of: .catalog), loops: process.loops,
                monitor: process.monitor, token: process.token)
            let engine = try OrderEngine(
                catalog: HTTPCatalog(client: catalog), store: store, logPath: logPath, logger: process.logger,
                broken: process.broken)
            let server = try await OrderServer.start(
                engine: engine, catalog: catalog, token: process.token, at: process.address,
                hosts: process.hosts,
                loops: process.loops,
                monitor: process.monitor, logger: process.logger)
            return TierProcess.Running(address: server.address, reopenLogs: server.reopenLogs) {
                try await server.shutdown()
                await catalog.shutdown()
                lock?.release()
            }
        }
    }
}
