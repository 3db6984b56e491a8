package import Logging
package import Model
package import Monitoring
internal import NIOCore
internal import Services
internal import StoreAPI
package import TierHTTP

/// The order tier: its engine behind its routes, and the follower that keeps its store complete.
package struct OrderServer: Sendable {
    private let engine: OrderEngine
    private let follower: LedgerFollower
    private let server: TierServer

    /// Where the server listens.
    package var address: ServerAddress { server.address }

    /// Begins to serve `engine`, which belongs to the server from now on.
    ///
    /// - Parameters:
    ///   - catalog: the connection to the catalog, for the readiness check and the sessions of keepers.
    ///   - token: what requests must show that list things; nil lets everybody in.
    ///   - hosts: the hosts that requests may be for.
    package static func start(
        engine: OrderEngine, catalog: TierClient, token: BearerToken? = nil, at address: ServerAddress,
        hosts: AnsweredHosts, loops: TierLoops, monitor: SystemMonitor, logger: Logger
    ) async throws -> OrderServer {
        let probe = ReachProbe(clients: [catalog])
        let routes = RouteTable(
            OrderRoutes(engine: engine, sessions: SessionCheck(asking: catalog)).all, monitor: monitor,
            token: token, takesBatches: true,
            readiness: { probe.reach(from: $0) }, samples: engine.samples,
            description: StoreAPI.description)
        let server = try await TierServer.start(
            at: address, loops: loops, routes: routes, logger: logger, limits: .behindFrontends,
            hosts: hosts)
        let slot = loops.slots[0]
        let follower = LedgerFollower(engine: engine, slot: slot, logger: logger) {
            var random = FastRandom()
            return probe.reach(on: slot, trace: TraceContext(using: &random))
        }
        follower.start()
        return OrderServer(engine: engine, follower: follower, server: server)
    }

    /// Reopens the log after log rotation.
    package func reopenLogs() throws { try engine.reopenLog() }

    /// Answers what was taken on, then closes: network first, store last.
    package func shutdown() async throws {
        follower.stop()
        await server.shutdown()
        try engine.shutdown()
    }
}
