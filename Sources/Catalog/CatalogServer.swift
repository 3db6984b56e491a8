package import Logging
package import Model
package import Monitoring
internal import NIOCore
package import Outside
internal import StoreAPI
package import TierHTTP

/// The catalog tier: its engine behind its routes.
package struct CatalogServer: Sendable {
    private let engine: CatalogEngine
    private let server: TierServer
    /// Takes in what other catalogs do, so that the next lookup need not, however long nobody asks.
    private let following: RepeatedTask?
    private let deliverer: WebhookDeliverer

    private static let followInterval = TimeAmount.seconds(1)

    /// Where the server listens.
    package var address: ServerAddress { server.address }

    /// Begins to serve `engine`, which belongs to the server from now on.
    ///
    /// - Parameters:
    ///   - token: what requests must show that change or list things; nil lets everybody in.
    ///   - hosts: the hosts that requests may be for.
    ///   - outside: how programs outside are told of events.
    package static func start(
        engine: CatalogEngine, token: BearerToken? = nil, at address: ServerAddress,
        hosts: AnsweredHosts, outside: OutsideClient, loops: TierLoops,
        monitor: SystemMonitor, logger: Logger
    ) async throws -> CatalogServer {
        let eventLoop = loops.slots[0].eventLoop
        let deliverer = WebhookDeliverer(
            engine: engine, outside: outside, limits: WebhookLimits(), loop: eventLoop, logger: logger)
        let routes = RouteTable(
            CatalogRoutes(engine: engine, outside: outside).all, monitor: monitor, token: token,
            takesBatches: true,
            readiness: { request in
                engine.current(on: request.slot.eventLoop).flatMapThrowing {
                    guard engine.takesUpdates else {
                        throw StoreError.unavailable(
                            tier: "catalog", reason: .notWriting, outcomeUnknown: false)
                    }
                }
            }, samples: { engine.samples() + deliverer.samples() }, description: StoreAPI.description)
        let server = try await TierServer.start(
            at: address, loops: loops, routes: routes, logger: logger, limits: .behindFrontends,
            hosts: hosts)
        engine.followForFind()
        let following = engine.catchUp(on: eventLoop).map { _ in
            eventLoop.scheduleRepeatedTask(initialDelay: followInterval, delay: followInterval) { _ in
                _ = engine.catchUp(on: eventLoop)
            }
        }
        deliverer.start()
        return CatalogServer(
            engine: engine, server: server, following: following, deliverer: deliverer)
    }

    /// Reopens the log after log rotation.
    package func reopenLogs() throws { try engine.reopenLog() }

    /// Answers what was taken on, then closes: network first, store last.
    package func shutdown() async throws {
        following?.cancel()
        await server.shutdown()
        await deliverer.shutdown()
        try engine.shutdown()
    }
}
