internal import Hummingbird
internal import Monitoring
internal import NIOCore
internal import Synchronization
internal import TierHTTP

/// Measures the shop's requests like the tiers do, under the same metric names. A route is the pattern of its
/// address, never the address, since that of a receipt is a secret.
final class PageMeter: RouterMiddleware {
    private let monitor: SystemMonitor
    private let loops: TierLoops
    private let unknown: SystemMonitor.Operation
    private let operations = Mutex<[String: SystemMonitor.Operation]>([:])

    init(monitor: SystemMonitor, loops: TierLoops) {
        self.monitor = monitor
        self.loops = loops
        unknown = monitor.operation(.served, "other")
    }

    /// Runs before all other middleware, so that it counts what the browser receives.
    func handle(
        _ request: Request, context: ShopContext,
        next: (Request, ShopContext) async throws -> Response
    ) async throws -> Response {
        let operation = context.endpointPath.map(operation) ?? unknown
        let shard = loops.slots.first { $0.eventLoop === context.eventLoop }?.index ?? 0
        let start = NIODeadline.now()
        var outcome = SystemMonitor.Outcome.error
        monitor.begin(operation, shard: shard)
        defer {
            let nanos = (NIODeadline.now() - start).nanoseconds
            monitor.end(operation, shard: shard, nanos: UInt64(max(0, nanos)), outcome: outcome)
        }
        let response = try await next(request, context)
        outcome = SystemMonitor.Outcome(statusCode: response.status.code)
        return response
    }

    private func operation(_ route: String) -> SystemMonitor.Operation {
        operations.withLock { operations in
            if let known = operations[route] { return known }
            let new = monitor.operation(.served, route)
            operations[route] = new
            return new
        }
    }
}
