package import Logging
package import Model
package import Monitoring
internal import NIOCore
internal import StoreAPI
package import TierHTTP

/// The catalog tier: its engine behind its routes.
package struct CatalogServer: Sendable {
    private let engine: CatalogEngine
    private let server: TierServer

    /// Where the server listens.
    package var address: ServerAddress { server.address }

    /// Begins to serve `engine`, which belongs to the server from now on.
    ///
    /// - Parameters:
    ///   - token: what requests must show that change or list things; nil lets everybody in.
    ///   - hosts: the hosts that requests may be for.
    package static func start(
        engine: CatalogEngine, token: BearerToken? = nil, at address: ServerAddress,
        hosts: AnsweredHosts, loops: TierLoops,
        monitor: SystemMonitor, logger: Logger
    ) async throws -> CatalogServer {
        let routes = RouteTable(
            CatalogRoutes(engine: engine).all, monitor: monitor, token: token, takesBatches: true,
            readiness: { request in
                request.slot.eventLoop.makeCompletedFuture {
                    guard engine.takesUpdates else {
                        throw StoreError.unavailable(
                            tier: "catalog", reason: .notWriting, outcomeUnknown: false)
                    }
                }
            }, samples: engine.samples, description: StoreAPI.description)
        let server = try await TierServer.start(
            at: address, loops: loops, routes: routes, logger: logger, limits: .behindFrontends,
            hosts: hosts)
        engine.followForFind()
        return CatalogServer(engine: engine, server: server)
    }

    /// Reopens the log after log rotation.
    package func reopenLogs() throws { try engine.reopenLog() }

    /// Answers what was taken on, then closes: network first, store last.
    package func shutdown() async throws {
        await server.shutdown()
        try engine.shutdown()
    }
}
