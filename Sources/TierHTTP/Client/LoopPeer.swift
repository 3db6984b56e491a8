internal import DequeModule
internal import Model
internal import Monitoring
internal import NIOCore
internal import NIOHTTP1

/// One lane to one server of a tier as one event loop sees it. Used on its loop only.
///
/// ``PeerPool`` decides what to do; this class does it.
final class LoopPeer {
    let limits: ClientLimits
    let hostField: String
    /// Shown to the peer with every request, where the store has a token.
    let authorization: String?
    let eventLoop: any EventLoop
    let lane: Lane
    /// The server's place in its tier.
    let server: Int
    private let tier: String
    private let address: ServerAddress
    let figures: PeerFigures
    var pool: PeerPool<PeerConnection>
    private var isTicking = false
    var random = FastRandom()
    /// The servers of the tier, where this is not the only one.
    weak var servers: LoopServers?
    /// Told when the server turns out to be another program, which may not take a connection for each lane.
    var foundOther: () -> Void = {}

    init(
        tier: String, address: ServerAddress, server: Int = 0, lane: Lane = .quick, eventLoop: any EventLoop,
        limits: ClientLimits, figures: PeerFigures, token: BearerToken? = nil
    ) {
        self.lane = lane
        self.server = server
        self.tier = tier
        self.figures = figures
        self.address = address
        self.eventLoop = eventLoop
        self.limits = limits
        hostField = address.description
        authorization = token?.field
        pool = PeerPool(lane: lane, server: server, limits: limits)
    }

    var kind: PeerKind { pool.kind }
    /// Whether a request would wait for a connection that may not come. One request finds out whether a peer is
    /// back; the others need not wait for it.
    func isDown(at now: NIODeadline) -> Bool { pool.isDown(at: now) || pool.isDoubtful }
    var isBookstore: Bool { pool.isBookstore }
    var load: Int { pool.load }

    // MARK: Calls

    func submit(_ exchange: Exchange) {
        let now = NIODeadline.now()
        switch pool.submit(exchange, at: now) {
        case .shutDown: exchange.fail(unreachable(for: exchange))
        case .full: exchange.fail(overloaded(for: exchange))
        case .down:
            servers?.failedToConnect(to: self)
            handBack(exchange)
        case nil:
            exchange.peer = self
            pump(at: now)
            scheduleTick()
        }
    }

    /// Gives away a request that this peer could not be sent.
    private func handBack(_ exchange: Exchange) {
        let error = unreachable(for: exchange)
        guard let servers else { return exchange.fail(error) }
        servers.passOn(exchange, from: self, error)
    }

    /// Gives away the requests that wait.
    func handBackWaiting() {
        let waiting = pool.takeWaiting()
        show()
        for exchange in waiting { handBack(exchange) }
    }

    /// Closes the connections whose requests other servers have.
    func closeUnused() { pool.unusedConnections.forEach(giveUp) }

    /// The server is another program than it was.
    func becomeOther() { pool.becomeOther() }

    /// A request's client has left.
    func abandoned(_ exchange: Exchange) {
        let connection = pool.abandon(exchange)
        show()
        connection?.reset()
    }

    /// Closes every connection; requests that are in flight end unanswered.
    func shutdown() {
        fail(pool.shutDown())
        for connection in pool.connections { connection.close() }
    }

    /// Does what the pool finds to do for the calls that wait.
    func pump(at now: NIODeadline = .now()) {
        while let step = pool.next(at: now) {
            guard case .send(let exchange, let connection, let form) = step else {
                connect()
                break
            }
            switch form {
            case .single:
                connection.write(exchange, trace: exchange.call.trace.child(using: &random))
                connection.flushAtEndOfTick()
            case .gathered: connection.flushAtEndOfTick()
            case .full: writeGathered(on: connection)
            }
        }
        show()
    }

    private func show() {
        figures.connections.set(pool.connectionCount)
        figures.waiting.set(pool.waitingCount)
    }

    func fail(_ exchanges: Deque<Exchange>) {
        show()
        for exchange in exchanges { exchange.fail(unreachable(for: exchange)) }
    }

    // MARK: Connections

    private func connect() {
        PeerConnection.open(to: address, for: self).assumeIsolated().whenComplete { result in
            switch result {
            case .success(let connection): self.connected(connection.value)
            case .failure: self.connectFailed()
            }
        }
    }

    private func connected(_ connection: PeerConnection) {
        let now = NIODeadline.now()
        guard pool.connected(connection, isOpen: connection.isOpen, at: now) else {
            return connection.close()
        }
        pump(at: now)
    }

    private func connectFailed() {
        if !pool.isShutDown { figures.connectFailures.add(1) }
        switch pool.connectFailed(at: .now()) {
        case .none: break
        case .giveUp(let left):
            show()
            servers?.failedToConnect(to: self)
            for exchange in left { handBack(exchange) }
        case .retry(let wait):
            servers?.failedToConnect(to: self)
            eventLoop.assumeIsolated().scheduleTask(in: wait) { self.pump() }
        }
    }

    /// A connection broke: what was in flight on it may or may not have been carried out.
    func lost(_ connection: PeerConnection) {
        let wasNew = pool.isNew(connection, at: .now())
        let (lost, repeated) = pool.broke(connection, at: .now())
        for exchange in lost { exchange.fail(error(.connectionLost, for: exchange)) }
        if let servers, servers.isBalanced {
            let exchanges = pool.takeWaiting(first: repeated)
            // Something in front accepts connections for a server that is gone, and only breaks them.
            if wasNew { servers.failedToConnect(to: self) }
            for exchange in exchanges {
                servers.repeatCall(exchange, from: self, error(.connectionLost, for: exchange))
            }
        } else if repeated > 0 {
            figures.repeats.add(repeated)
        }
        pump()
    }

    // MARK: Deadlines

    private func scheduleTick() {
        guard !isTicking else { return }
        isTicking = true
        eventLoop.assumeIsolated().scheduleTask(in: limits.tickInterval) {
            self.isTicking = false
            let now = NIODeadline.now()
            self.endOverdue(at: now)
            self.servers?.look(at: self, now)
            if self.pool.hasWork { self.scheduleTick() }
        }
    }

    private func endOverdue(at now: NIODeadline) {
        let (calls, stuck) = pool.takeOverdue(at: now)
        for exchange in calls { exchange.fail(error(.slow, for: exchange)) }
        stuck.forEach(giveUp)
        pump(at: now)
    }

    private func giveUp(_ connection: PeerConnection) {
        // A search without a waiting client ends immediately; a change may still be carried out.
        lane.isPipelined || lane == .changes ? connection.close() : connection.reset()
    }

    // MARK: Errors

    private func unreachable(for exchange: Exchange) -> StoreError { error(.unreachable, for: exchange) }

    private func overloaded(for exchange: Exchange) -> StoreError {
        guard exchange.attemptCount == 0 else { return error(.overloaded, for: exchange) }
        return .overloaded(.callsWaiting, tier: tier)
    }

    /// An earlier copy of the request may have been carried out, whatever became of the last.
    func error(_ reason: StoreError.Reason, for exchange: Exchange) -> StoreError {
        .unavailable(
            tier: tier, reason: reason, outcomeUnknown: exchange.attemptCount > 0 && !exchange.isRead)
    }
}
