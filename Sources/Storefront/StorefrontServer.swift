internal import Crypto
internal import Foundation
internal import Hummingbird
internal import HummingbirdCore
package import Logging
package import Model
package import Monitoring
internal import NIOCore
package import Passwords
internal import ServiceLifecycle
internal import StoreClient
package import TierHTTP

/// The web shop, which makes pages for people from the responses of the frontend's API. It keeps no records,
/// so any number of shops can run in parallel.
package final class StorefrontServer: Sendable {
    /// The address that the server listens on, with the actual port if port 0 was requested.
    package let address: ServerAddress
    private let services: ServiceGroup
    private let running: Task<Void, any Error>
    private let shop: ProfileFollower

    /// Opens the port and begins to serve.
    ///
    /// - Parameters:
    ///   - given: what the shop is told of itself, over what the store keeps.
    ///   - publicURL: where the world reaches the shop; nil for the address that each request names.
    ///   - password: that of the first owner, where the store has no keepers yet; nil makes none.
    /// - Throws: ``TierHTTP/ListenFault`` when the address cannot be listened on.
    package static func start(
        frontend: TierClient, given: GivenSettings, publicURL: PublicURL?,
        firstOwner password: KeeperPassword?, at address: ServerAddress, loops: TierLoops,
        monitor: SystemMonitor, logger: Logger
    ) async throws -> StorefrontServer {
        try await start(
            frontend: frontend, given: given, publicURL: publicURL, firstOwner: password, at: address,
            loops: loops,
            monitor: monitor, logger: logger, limits: VisitLimits())
    }

    static func start(
        frontend: TierClient, given: GivenSettings, publicURL: PublicURL?,
        firstOwner password: KeeperPassword?, at address: ServerAddress, loops: TierLoops,
        monitor: SystemMonitor, logger: Logger, limits: VisitLimits
    ) async throws -> StorefrontServer {
        let store = StoreClient(
            client: frontend, readTimeMax: ShopLimits.readTimeMax, changeTimeMax: ShopLimits.purchaseTimeMax)
        let shop = ProfileFollower(given, store: store)
        let owner = password.map { FirstOwner($0, store: store, logger: logger) }
        let problems = ProblemPages(pages: try Pages(publicURL: publicURL))
        let visitors = Visitors(
            limits: limits, refusals: RefusalPages(problems: problems, shop: shop), monitor: monitor,
            logger: logger)
        let (ports, portSink) = AsyncThrowingStream<Int, any Error>.makeStream()
        let application = Application(
            router: try router(
                store: store, shop: shop, problems: problems, owner: owner, monitor: monitor, loops: loops),
            server: HTTPServerBuilder { ShopChannel(responder: $0, visitors: visitors) },
            configuration: ApplicationConfiguration(
                address: .hostname(address.host, port: address.port), serverName: nil),
            onServerRunning: { listener in
                // This fails only if the server has ended already.
                try? await OpenFiles.pauseAccepting(on: listener).get()
                portSink.yield(listener.localAddress?.port ?? address.port)
            },
            eventLoopGroupProvider: .shared(loops.group), logger: quiet(logger))
        var configuration = ServiceGroupConfiguration(services: [application], logger: quiet(logger))
        configuration.maximumGracefulShutdownDuration = ShopLimits.drainTimeMax
        let services = ServiceGroup(configuration: configuration)
        let running = Task {
            do {
                try await services.run()
                portSink.finish()
            } catch {
                portSink.finish(throwing: error)
                throw error
            }
        }
        do {
            for try await port in ports {
                await shop.start()
                // Where the store does not answer yet, who signs in first tries again.
                try? await owner?.make()
                return StorefrontServer(
                    address: ServerAddress(host: address.host, port: port), services: services,
                    running: running, shop: shop)
            }
        } catch {
            throw ListenFault(address: address, error: error)
        }
        throw CancellationError()
    }

    private init(
        address: ServerAddress, services: ServiceGroup, running: Task<Void, any Error>, shop: ProfileFollower
    ) {
        self.address = address
        self.services = services
        self.running = running
        self.shop = shop
    }

    /// Waits until the server has ended, which it does not do by itself in normal operation.
    package func waitUntilEnded() async { _ = await running.result }

    /// Finishes the requests in progress, then closes.
    package func shutdown() async {
        await services.triggerGracefulShutdown()
        await waitUntilEnded()
        await shop.end()
    }

    private static func router(
        store: StoreClient, shop: ProfileFollower, problems: ProblemPages, owner: FirstOwner?,
        monitor: SystemMonitor, loops: TierLoops
    ) throws -> Router<ShopContext> {
        let pages = problems.pages
        let router = ShopRouter()
        router.add(middleware: PageMeter(monitor: monitor, loops: loops))
        router.add(middleware: PageProfile(follower: shop))
        router.add(middleware: PageGuard(problems: problems))
        router.add(middleware: PageDelivery())
        ShopRoutes(store: store, pages: pages).add(to: router)
        CoverRoutes(store: store).add(to: router)
        CrawlerRoutes(store: store, pages: pages).add(to: router)
        PurchaseRoutes(store: store, pages: pages, problems: problems).add(to: router)
        BasketRoutes(store: store, pages: pages, problems: problems).add(to: router)
        let door = DeskDoor(deviceKey: SymmetricKey(size: .bits256)) { signIn, old in
            try await owner?.make()
            let client = old.map { store.signedIn($0) } ?? store
            return try await client.signIn(signIn)
        }
        DeskRouter(store: store, shop: shop, desk: DeskPages(pages: pages), door: door).add(to: router)
        ProbeRoutes(monitor: monitor).add(to: router)
        return router.whole()
    }

    /// Silences the framework's notices of starts and stops, which the process itself logs once.
    private static func quiet(_ logger: Logger) -> Logger {
        var logger = logger
        if logger.logLevel > .debug { logger.logLevel = max(logger.logLevel, .warning) }
        return logger
    }
}
