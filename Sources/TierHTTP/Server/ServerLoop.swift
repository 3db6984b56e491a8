internal import Logging
internal import Model
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
    private let connectionCountMax: Int
    /// Between two turns of checks where more are due than one turn has.
    private static let turnPause = TimeAmount.milliseconds(2)
    /// Requests being worked on. Reads and changes apart, since they are answered at different rates.
    var reads: InFlight
    var changes: InFlight
    var memory: LoopMemory
    var log: AccessLog
    var random = FastRandom()
    /// Refused connections that are still open.
    private var refusedCount = 0
    private let refusedCountMax: Int
    /// The value of the `Date` field.
    private(set) var date: String
    private(set) var isDraining = false
    private var connections: DeadlineWheel<ServerConnection>
    let faults: FaultCounts
    private let openConnections: MetricCell
    /// Connections closed immediately, because too many were open.
    private let refusedConnections: MetricCell
    /// Requests answered 503 immediately, because of a limit.
    let shedRequests: MetricCell
    private var sweep: Scheduled<Void>?
    private var drained: EventLoopPromise<Void>?
    /// Connections that have answers to send at the end of this tick.
    private var unflushed: [ServerConnection] = []

    init(
        slot: LoopSlot, limits: ServerLimits, loopCount: Int, routes: RouteTable, hosts: AnsweredHosts = .any,
        logger: Logger
    ) {
        self.slot = slot
        self.limits = limits
        self.routes = routes
        self.hosts = hosts
        log = AccessLog(logger: logger)
        reads = InFlight(limits: limits, at: .now())
        changes = reads
        connections = DeadlineWheel(interval: limits.sweepInterval, at: .now())
        let monitor = routes.monitor
        faults = FaultCounts(of: StoreError.faultCodes + [Problem.internalCode], monitor: monitor)
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

    var connectionCount: Int { connections.count }

    var hasRoom: Bool { connectionCount < connectionCountMax && !isDraining }

    /// What a connection is answered for which there is no room. Nil where it is closed without a word: the refused
    /// must not use up what is limited.
    func refusal(of channel: any Channel) -> ByteBuffer? {
        refusedConnections.add(1)
        guard refusedCount < refusedCountMax else { return nil }
        refusedCount += 1
        channel.closeFuture.assumeIsolated().whenComplete { _ in self.refusedCount -= 1 }
        let problem = Problem(StoreError.overloaded(.connectionsFull))
        let trace = TraceContext(using: &random)
        var bytes = ByteBuffer()
        problem.response(traceID: trace.traceID).write(
            to: &bytes, date: date, times: CallTimes(), total: .zero, isHead: false, persistence: .closed)
        log.record(nil, status: problem.status, trace: trace, took: .zero, problem: problem)
        faults.add(problem.code)
        return bytes
    }

    func add(_ connection: ServerConnection, checkedAt time: NIODeadline) {
        connections.add(connection, due: time)
        openConnections.set(connectionCount)
    }

    func remove(_ connection: ServerConnection) {
        connections.remove(connection)
        openConnections.set(connectionCount)
        if connectionCount == 0 { finishDrain() }
    }

    /// Has the times of a connection checked at `time`, or earlier.
    func check(_ connection: ServerConnection, at time: NIODeadline) {
        connections.hasten(connection, to: time)
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
        for connection in connections.elements { connection.drain() }
        if connectionCount == 0 { finishDrain() }
        return promise.futureResult
    }

    /// Closes what is still open.
    func abort() {
        for connection in connections.elements { connection.abort() }
        sweep?.cancel()
    }

    private func finishDrain() {
        guard isDraining else { return }
        drained?.succeed()
        drained = nil
    }

    private func scheduleSweep() {
        sweep = slot.eventLoop.assumeIsolated().scheduleTask(in: limits.sweepInterval) { [weak self] in
            self?.lookAround()
            self?.checkDue()
            self?.scheduleSweep()
        }
    }

    /// Does what concerns all connections.
    private func lookAround() {
        date = HTTPDate.now()
        log.sumUp()
        let now = NIODeadline.now()
        reads.adapt(at: now)
        changes.adapt(at: now)
        cutFullConnections(now)
        memory.sweep()
    }

    /// Checks the times of the connections that are due, some of them in each turn.
    private func checkDue() {
        let now = NIODeadline.now()
        let due = connections.due(at: now)
        for connection in due {
            connection.checkTimes(now)
            // One that has just been closed is not in the wheel.
            guard connection.isConnected else { continue }
            connections.move(connection, to: connection.state.nextCheck(at: now, limits: limits))
        }
        guard due.count == DeadlineWheel<ServerConnection>.turnCountMax else { return }
        slot.eventLoop.assumeIsolated().scheduleTask(in: Self.turnPause) { [weak self] in self?.checkDue() }
    }

    /// Closes connections whose clients let answers lie, the most bytes first, while they use up the memory that
    /// others need for theirs.
    private func cutFullConnections(_ now: NIODeadline) {
        guard memory.unsentExcess > 0 else { return }
        let full = connections.elements.filter { connection in
            connection.state.fullSince.map { now - $0 > limits.pressedStallTimeMax } ?? false
        }
        for connection in full.sorted(by: { $0.state.unsentBytes > $1.state.unsentBytes }) {
            guard memory.unsentExcess > 0 else { return }
            connection.abort()
        }
    }

    /// Refuses requests that have arrived in part, those first that began to arrive first, until there is room.
    func refuseOldestPartial() {
        let arriving = connections.elements.compactMap { connection in
            connection.state.arrivingBytes > 0
                ? connection.state.arrivalStart.map { (connection: connection, start: $0) } : nil
        }
        var excess = memory.partialExcess
        for (connection, _) in arriving.sorted(by: { $0.start < $1.start }) {
            guard excess > 0 else { return }
            excess -= connection.state.arrivingBytes
            connection.refusePartial()
        }
    }
}
