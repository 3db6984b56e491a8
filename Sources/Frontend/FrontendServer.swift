package import Logging
package import Model
package import Monitoring
internal import NIOCore
internal import Services
internal import StoreAPI
package import TierHTTP

/// The frontend tier: stateless, so that any number of them can run side by side.
package final class FrontendServer: Sendable {
    private let server: TierServer

    /// Where the server listens.
    package var address: ServerAddress { server.address }

    /// Begins to serve in front of the catalog and order servers.
    ///
    /// - Parameters:
    ///   - token: what requests must show that change or list things; nil lets everybody in.
    ///   - hosts: the hosts that requests may be for.
    package static func start(
        catalog: TierClient, order: TierClient, token: BearerToken? = nil, at address: ServerAddress,
        hosts: AnsweredHosts, loops: TierLoops, monitor: SystemMonitor, logger: Logger
    ) async throws -> FrontendServer {
        let probe = ReachProbe(clients: [catalog, order])
        let routes = FrontendRoutes(
            search: TierRelay(.queryByTopic, to: catalog, entry: "catalog-query"),
            lookup: TierRelay(.queryByItem, to: catalog, entry: "catalog-query"),
            order: HTTPOrder(client: order), catalog: HTTPCatalog(client: catalog),
            relayed: FrontendRoutes.relayed(catalog: catalog, order: order))
        let table = RouteTable(
            routes.all, monitor: monitor, token: token, readiness: { probe.reach(from: $0) },
            description: StoreAPI.description)
        return FrontendServer(
            server: try await TierServer.start(
                at: address, loops: loops, routes: table, logger: logger, limits: limits, hosts: hosts))
    }

    /// Fewer than the tiers behind take on: what is refused, is refused here, before it has cost them anything.
    private static var limits: ServerLimits {
        var limits = ServerLimits()
        limits.inFlightPerLoopMin = 4_096
        // A request for each connection.
        limits.inFlightPerLoopMax = limits.connectionCountMax
        return limits
    }

    private init(server: TierServer) { self.server = server }

    /// Answers what was taken on, then closes.
    package func shutdown() async { await server.shutdown() }
}
