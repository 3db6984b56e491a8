internal import Logging
internal import Monitoring
internal import NIOCore
internal import NIOHTTP1

/// What the connections of one event loop share: the limits, the clock's text, the list of themselves.
/// Used on its loop only.
final class ServerLoop {
    let slot: LoopSlot
    let limits: ServerLimits
    let routes: RouteTable
    let hosts: AnsweredHosts
    let logger: Logger
    let connectionCountMax: Int
    /// Requests being worked on.
    var inFlightCount = 0
    var memory: LoopMemory
    /// Refused connections that are still open.
    var refusedCount = 0
    let refusedCountMax: Int
    /// The value of the `Date` field.
    private(set) var date: String
    private(set) var isDraining = false
    private var connections: [ObjectIdentifier: ServerConnection] = [:] {
        didSet { openConnections.set(connections.count) }
    }
    private let openConnections: MetricCell
    /// Connections closed at once, since too many were open.
    let refusedConnections: MetricCell
    /// Requests answered 503 at once, since a limit was reached.
    let shedRequests: MetricCell
    private var sweep: Scheduled<Void>?
    private var drained: EventLoopPromise<Void>?
    /// Connections that have answers to send at the end of this tick.
    private var unflushed: [ServerConnection] = []
    /// Failed requests since the last sweep, and how many of them may have a line of their own in the log.
    private var failureCount = 0
    private let failureLineCountMax = 20

    init(
        slot: LoopSlot, limits: ServerLimits, loopCount: Int, routes: RouteTable, hosts: AnsweredHosts = .any,
        logger: Logger
    ) {
        self.slot = slot
        self.limits = limits
        self.routes = routes
        self.hosts = hosts
        self.logger = logger
        let monitor = routes.monitor
        openConnections = monitor.cell("http_server_open_connections", .gauge, help: "Open connections.")
        refusedConnections = monitor.cell(
            "http_server_refused_connections_total", .counter,
            help: "Connections closed at once, since too many were open.")
        shedRequests = monitor.cell(
            "http_server_shed_requests_total", .counter,
            help: "Requests answered 503 at once, since a limit was reached.")
        refusedCountMax = max(1, 64 / loopCount)
        connectionCountMax = max(
            1, min(limits.connectionCountMax, OpenFiles.connectionCountMax) / loopCount)
        memory = LoopMemory(limits: limits, loopCount: loopCount, monitor: monitor)
        date = HTTPDate.now()
        scheduleSweep()
    }

    var hasRoom: Bool { connections.count < connectionCountMax && !isDraining }

    func add(_ connection: ServerConnection) { connections[ObjectIdentifier(connection)] = connection }

    func remove(_ connection: ServerConnection) {
        connections[ObjectIdentifier(connection)] = nil
        if connections.isEmpty { finishDrain() }
    }

    /// Flushes a connection at the end of this tick, by one task of the loop for all of them.
    func flushAtEndOfTick(_ connection: ServerConnection) {
        unflushed.append(connection)
        guard unflushed.count == 1 else { return }
        slot.eventLoop.assumeIsolated().execute {
            let connections = self.unflushed
            self.unflushed = []
            for connection in connections { connection.flushReady() }
        }
    }

    /// Lets every connection answer what it has taken on, then close.
    func drain() -> EventLoopFuture<Void> {
        isDraining = true
        if let drained { return drained.futureResult }
        let promise = slot.eventLoop.makePromise(of: Void.self)
        drained = promise
        for connection in connections.values { connection.drain() }
        if connections.isEmpty { finishDrain() }
        return promise.futureResult
    }

    /// Closes what is still open.
    func abort() {
        for connection in connections.values { connection.abort() }
        sweep?.cancel()
    }

    /// Writes a request into the tier's log: each one at the level `debug`, one that failed for a fault of the
    /// store as a warning. When thousands fail at once, writing a line for each would cost more than the
    /// requests themselves, so after some there is only their number.
    func logAccess(
        _ line: RequestLine?, status: HTTPResponseStatus, trace: TraceContext, took: TimeAmount
    ) {
        var level = Logger.Level.debug
        if SystemMonitor.Outcome(statusCode: Int(status.code)) == .error {
            failureCount += 1
            if failureCount <= failureLineCountMax { level = .warning }
        }
        logger.log(
            level: level,
            "\(line.map { "\($0.method.rawValue) \($0.uri)" } ?? "unreadable request") \(status.code)",
            metadata: ["trace_id": "\(trace.traceID)", "micros": "\(took.nanoseconds / 1_000)"])
    }

    private func sumUpFailures() {
        if failureCount > failureLineCountMax {
            logger.warning("\(failureCount - failureLineCountMax) more requests failed than have a line here")
        }
        failureCount = 0
    }

    private func finishDrain() {
        guard isDraining else { return }
        drained?.succeed()
        drained = nil
    }

    private func scheduleSweep() {
        sweep = slot.eventLoop.assumeIsolated().scheduleTask(in: limits.sweepInterval) { [weak self] in
            self?.checkConnections()
            self?.scheduleSweep()
        }
    }

    private func checkConnections() {
        date = HTTPDate.now()
        sumUpFailures()
        let now = NIODeadline.now()
        for connection in connections.values { connection.checkTimes(now) }
        cutFullConnections(now)
        memory.sweep()
    }

    /// Closes connections whose clients let answers lie, the most bytes first, while they use up the memory that
    /// others need for theirs.
    private func cutFullConnections(_ now: NIODeadline) {
        guard memory.unsentExcess > 0 else { return }
        let full = connections.values.filter { connection in
            connection.fullSince.map { now - $0 > limits.pressedStallTimeMax } ?? false
        }
        for connection in full.sorted(by: { $0.unsent.bytes > $1.unsent.bytes }) {
            guard memory.unsentExcess > 0 else { return }
            connection.abort()
        }
    }

    /// Refuses requests that have arrived in part, those first that began to arrive first, until there is room.
    func refuseOldestPartial() {
        let arriving = connections.values.filter { $0.arrivingBytes > 0 && $0.arrivalStart != nil }
        var excess = memory.partialExcess
        for connection in arriving.sorted(by: { $0.arrivalStart ?? .now() < $1.arrivalStart ?? .now() }) {
            guard excess > 0 else { return }
            excess -= connection.arrivingBytes
            connection.refusePartial()
        }
    }
}
