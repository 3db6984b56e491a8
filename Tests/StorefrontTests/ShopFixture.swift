import Logging
import Model
import Monitoring
import Synchronization
import TestSupport
import TierHTTP

@testable import Storefront

/// A shop on a free port, without a store behind it.
struct TestShop {
    let port: Int
    let monitor: SystemMonitor
    private let lines: LineKeeper

    /// What the shop wrote into its log at the level `error`.
    var errors: [String] { lines.all }

    func connect(from host: UInt32 = 1) throws -> RawConnection { try RawConnection(port: port, from: host) }

    fileprivate init(port: Int, monitor: SystemMonitor, lines: LineKeeper) {
        self.port = port
        self.monitor = monitor
        self.lines = lines
    }
}

/// The lines of a log.
private final class LineKeeper: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }

    func add(_ line: String) { lines.withLock { $0.append(line) } }
}

private struct KeepingHandler: LogHandler {
    let keeper: LineKeeper
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.debug

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        if event.level >= .error { keeper.add("\(event.message)") }
    }
}

/// Limits whose times are checked often.
func quickShopLimits(_ change: (inout VisitLimits) -> Void = { _ in }) -> VisitLimits {
    var limits = VisitLimits()
    limits.sweepInterval = .milliseconds(10)
    change(&limits)
    return limits
}

/// Runs `body` with a shop.
func withShop(
    _ limits: VisitLimits = quickShopLimits(), _ body: @escaping @Sendable (TestShop) throws -> Void
) async throws {
    try await withLoops { loops in
        let keeper = LineKeeper()
        let logger = Logger(label: "shop") { _ in KeepingHandler(keeper: keeper) }
        let monitor = SystemMonitor(tier: "storefront", shardCount: 2)
        let frontend = try await TierClient(
            tier: "frontend", addresses: [ServerAddress(host: "127.0.0.1", port: 1)], loops: loops,
            monitor: monitor)
        let server = try await StorefrontServer.start(
            frontend: frontend, given: GivenSettings(), publicURL: nil, firstOwner: nil,
            at: ServerAddress(host: "127.0.0.1", port: 0), loops: loops, monitor: monitor, logger: logger,
            limits: limits)
        let shop = TestShop(port: server.address.port, monitor: monitor, lines: keeper)
        // The shop answers on the task pool, which a blocking test must not exhaust.
        let result = await Task { try await onThread { try body(shop) } }.result
        await server.shutdown()
        await frontend.shutdown()
        try result.get()
    }
}
