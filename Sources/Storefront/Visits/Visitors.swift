internal import Logging
internal import Monitoring
internal import NIOCore
internal import NIOHTTP1
internal import Synchronization
internal import TierHTTP

/// All connections of the shop, on all event loops.
final class Visitors: Sendable {
    private struct State {
        var shares: ConnectionShares
        var refusedCount = 0
    }

    /// The decision about a new connection.
    enum Reception {
        case welcome
        /// The connection receives the reason and is closed.
        case refused(Problem)
        /// The connection is closed without a response.
        case dropped
    }

    let limits: VisitLimits
    let refusals: RefusalPages
    let logger: Logger
    private let state: Mutex<State>
    private let openConnections: MetricCell
    private let refusedConnections: MetricCell

    init(limits: VisitLimits, refusals: RefusalPages, monitor: SystemMonitor, logger: Logger) {
        self.limits = limits
        self.refusals = refusals
        self.logger = logger
        state = Mutex(
            State(
                shares: ConnectionShares(
                    countMax: limits.connectionCountMax, perClientMax: limits.connectionsPerAddressMax)))
        openConnections = monitor.cell("http_server_open_connections", .gauge, help: "Open connections.")
        refusedConnections = monitor.cell(
            "http_server_refused_connections_total", .counter,
            help: "Connections closed at once, since too many were open.")
    }

    /// Decides about a new connection, and counts an admitted one until it is closed.
    func receive(_ channel: any Channel) -> Reception {
        let client = ClientNetwork(channel.remoteAddress)
        let (answer, isTold) = state.withLock { state in
            let answer = state.shares.open(client)
            openConnections.set(state.shares.count)
            let isTold = answer != .welcome && state.refusedCount < limits.refusedCountMax
            if isTold { state.refusedCount += 1 }
            return (answer, isTold)
        }
        if answer == .welcome {
            channel.closeFuture.whenComplete { [self] _ in
                state.withLock { state in
                    state.shares.close(client)
                    openConnections.set(state.shares.count)
                }
            }
            return .welcome
        }
        refusedConnections.add(1)
        guard isTold else { return .dropped }
        channel.closeFuture.whenComplete { [self] _ in state.withLock { $0.refusedCount -= 1 } }
        var problem = Problem(
            .serviceUnavailable,
            answer == .full
                ? "The shop has as many visitors as it can take."
                : "The shop has as many connections from your address as it takes from one.")
        problem.fields = [("retry-after", "5")]
        return .refused(problem)
    }
}
