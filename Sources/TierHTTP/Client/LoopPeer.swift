internal import DequeModule
internal import Model
internal import Monitoring
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// One lane to one server of a tier as one event loop sees it: its connections, and the requests that wait
/// for one. Used on its loop only.
final class LoopPeer {
    let lane: Lane
    let limits: ClientLimits
    let hostField: String
    /// Shown to the peer with every request, where the store has a token.
    let authorization: String?
    /// What the peer was when it last answered; each connection finds out anew for itself.
    private(set) var kind = PeerKind.unknown
    /// Whether it may be sent several requests in one, as far as is known.
    var takesBatches = true
    private let tier: String
    private let address: ServerAddress
    let eventLoop: any EventLoop
    private let figures: PeerFigures
    private var connections: [PeerConnection] = [] { didSet { figures.connections.set(connections.count) } }
    private var connectingCount = 0
    private var waiting: Deque<Exchange> = [] { didSet { figures.waiting.set(waiting.count) } }
    private var backoff = Backoff()
    private var isTicking = false
    private var isShutDown = false
    private var random = FastRandom()
    /// Takes requests that this peer could not be sent.
    var handBack: (Exchange, any Error) -> Void = { $0.fail($1) }
    /// Told when the server turns out to be another program, which may not take a connection for each lane.
    var foundOther: () -> Void = {}

    init(
        tier: String, address: ServerAddress, lane: Lane = .quick, eventLoop: any EventLoop,
        limits: ClientLimits, figures: PeerFigures, token: BearerToken? = nil
    ) {
        self.lane = lane
        self.tier = tier
        self.figures = figures
        self.address = address
        self.eventLoop = eventLoop
        self.limits = limits
        hostField = address.description
        authorization = token?.field
    }

    /// Whether the peer was out of reach when last tried and is not due to be tried again.
    var isDown: Bool { connections.isEmpty && backoff.isDown && !backoff.allowsAttempt(at: .now()) }

    /// Whether the peer was out of reach and is being tried again just now.
    var isDoubtful: Bool { connections.isEmpty && backoff.isDown && connectingCount > 0 }

    /// Whether an open connection leads to a peer that answers side by side and keeps keys.
    var isBookstore: Bool { connections.contains { $0.isOpen && $0.kind == .bookstore } }

    /// Requests that are not answered yet.
    var pendingCount: Int { waiting.count + connections.reduce(0) { $0 + $1.inFlight.count } }

    func submit(_ exchange: Exchange) {
        guard !isShutDown else { return exchange.fail(unreachable(for: exchange)) }
        guard hasPlace(for: exchange) else { return exchange.fail(overloaded(for: exchange)) }
        guard !isDown else { return handBack(exchange, unreachable(for: exchange)) }
        exchange.peer = self
        waiting.append(exchange)
        pump()
        scheduleTick()
    }

    private func hasPlace(for exchange: Exchange) -> Bool {
        guard !lane.isPipelined else { return waiting.count < limits.waitingCountMax }
        guard waiting.count < limits.laneWaitingCountMax else { return false }
        guard let client = exchange.call.client else { return true }
        return waiting.count { $0.call.client === client } < limits.laneWaitingCountMax / 2
    }

    /// Writes what waits as far as the connections have room, and opens another where that helps.
    func pump() {
        guard lane.isPipelined else { return pumpInTurns() }
        while let exchange = waiting.first {
            if exchange.isEnded {
                waiting.removeFirst()
            } else if let connection = connections.first(where: { $0.hasRoom }) {
                waiting.removeFirst()
                connection.send(exchange)
            } else {
                return connectIfUseful()
            }
        }
    }

    /// As ``pump()``, where a connection carries one request at a time: clients take turns.
    private func pumpInTurns() {
        waiting.removeAll { $0.isEnded }
        while !waiting.isEmpty {
            guard let connection = connections.first(where: { $0.hasRoom }) else { return connectIfUseful() }
            var busy: [ObjectIdentifier: Int] = [:]
            for exchange in connections.lazy.flatMap(\.inFlight) {
                if let client = exchange.call.client { busy[ObjectIdentifier(client), default: 0] += 1 }
            }
            let clients = waiting.lazy.map { $0.call.client.map { ObjectIdentifier($0) } }
            guard let index = FairTurn.next(among: clients, busy: busy) else { return }
            connection.send(waiting.remove(at: index))
        }
    }

    func answered(by connection: PeerConnection) {
        kind = connection.kind
        guard lane != .quick, kind == .other else { return }
        foundOther()
        // A program that serves one connection at a time would never come to another.
        connection.closeWhenIdle()
    }

    /// The server is another program than it was.
    func isOther() { kind = .other }

    /// A request's client has left. Where a connection carries nothing else, its end tells the server so.
    func abandoned(_ exchange: Exchange) {
        waiting.removeAll { $0.isEnded }
        guard !lane.isPipelined else { return }
        connections.first { $0.inFlight.contains { $0 === exchange } }?.reset()
    }

    /// Sends a request once more that the peer refused to carry out in its first form.
    func sendAgain(_ exchange: Exchange) { waiting.prepend(exchange) }

    /// A connection ended after an answer that announced it: nothing behind it was carried out.
    func closed(_ connection: PeerConnection, untouched: Deque<Exchange>) {
        connections.removeAll { $0 === connection }
        for exchange in untouched.reversed() {
            exchange.attemptCount -= 1
            waiting.prepend(exchange)
        }
        if isShutDown { failWaiting() } else { pump() }
    }

    /// A connection broke: what was in flight on it may or may not have been carried out.
    func closed(_ connection: PeerConnection, unanswered: Deque<Exchange>) {
        connections.removeAll { $0 === connection }
        let now = NIODeadline.now()
        for exchange in unanswered.reversed() where !exchange.isEnded {
            guard !isShutDown, exchange.mayRepeat(after: connection.kind), exchange.call.deadline > now,
                exchange.attemptCount < limits.attemptCountMax
            else {
                exchange.fail(error("broke the connection", for: exchange))
                continue
            }
            figures.repeats.add(1)
            waiting.prepend(exchange)
        }
        if !isShutDown { pump() }
    }

    /// Closes every connection; requests that are in flight end unanswered.
    func shutdown() {
        isShutDown = true
        failWaiting()
        for connection in connections { connection.close() }
    }

    private func failWaiting() {
        let left = waiting
        waiting = []
        for exchange in left { exchange.fail(unreachable(for: exchange)) }
    }

    private func connectIfUseful() {
        let pipelines = lane.isPipelined && (isBookstore || kind == .bookstore)
        let countMax =
            lane != .quick
            ? limits.laneConnectionCountMax
            : pipelines ? limits.pipeliningConnectionCountMax : limits.plainConnectionCountMax
        // A peer that pipelines needs a second connection only when the first is full.
        let isUseful = pipelines ? connectingCount == 0 : connectingCount < waiting.count
        guard isUseful, connections.count + connectingCount < countMax else { return }
        let now = NIODeadline.now()
        guard backoff.allowsAttempt(at: now) else { return }
        connectingCount += 1
        let bootstrap = ClientBootstrap(group: eventLoop)
            .connectTimeout(limits.connectTimeMax)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
        let connection = NIOLoopBound(PeerConnection(peer: self), eventLoop: eventLoop)
        let configured = bootstrap.channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                var parsing = NIOHTTPDecoderLimitConfiguration()
                parsing.maxHeaderListSize = 64 * 1024
                let decoder = HTTPResponseDecoder(limitConfiguration: parsing)
                try channel.pipeline.syncOperations.addHandlers([
                    HTTPRequestEncoder(), ByteToMessageHandler(decoder), connection.value,
                ])
            }
        }
        configured.connect(host: address.host, port: address.port).hop(to: eventLoop)
            .assumeIsolated().whenComplete { result in
                self.connectingCount -= 1
                switch result {
                case .success: self.connected(connection.value)
                case .failure: self.connectFailed()
                }
            }
    }

    private func connected(_ connection: PeerConnection) {
        backoff.succeeded()
        guard !isShutDown else { return connection.close() }
        // It may be another program by now.
        takesBatches = true
        if connection.isOpen { connections.append(connection) }
        pump()
    }

    private func connectFailed() {
        guard !isShutDown else { return }
        figures.connectFailures.add(1)
        let now = NIODeadline.now()
        // Several attempts that failed together say no more than one.
        if backoff.allowsAttempt(at: now) { backoff.failed(at: now, random: &random) }
        guard connections.isEmpty else { return }
        if backoff.isDown {
            let left = waiting
            waiting = []
            for exchange in left { handBack(exchange, unreachable(for: exchange)) }
        } else {
            eventLoop.assumeIsolated().scheduleTask(in: backoff.wait(from: now)) { self.pump() }
        }
    }

    // MARK: Deadlines

    private func scheduleTick() {
        guard !isTicking else { return }
        isTicking = true
        eventLoop.assumeIsolated().scheduleTask(in: limits.tickInterval) {
            self.isTicking = false
            self.endOverdue(at: .now())
            if self.pendingCount > 0 { self.scheduleTick() }
        }
    }

    private func endOverdue(at now: NIODeadline) {
        for exchange in waiting where exchange.call.deadline <= now {
            exchange.fail(error("did not answer in time", for: exchange))
        }
        waiting.removeAll { $0.isEnded }
        for connection in connections {
            var isStuck = false
            for exchange in connection.inFlight where exchange.call.deadline <= now && !exchange.isEnded {
                exchange.fail(error("did not answer in time", for: exchange))
                // Nothing at all came since it was sent: the peer is frozen or cut off.
                if connection.lastRead <= exchange.sent || connection.kind != .bookstore { isStuck = true }
            }
            // A search that nobody waits for any more ends at once; a change may yet be carried out.
            if isStuck { lane.isPipelined || lane == .changes ? connection.close() : connection.reset() }
        }
        pump()
    }

    // MARK: Errors

    func unreachable(for exchange: Exchange) -> StoreError { error("is out of reach", for: exchange) }

    func tooLong(for exchange: Exchange) -> StoreError {
        error("gave an answer that is too long", for: exchange)
    }

    func nonsense(for exchange: Exchange) -> StoreError {
        error("gave an answer that makes no sense", for: exchange)
    }

    private func overloaded(for exchange: Exchange) -> StoreError {
        guard exchange.attemptCount == 0 else { return error("has too much to do", for: exchange) }
        return .overloaded("too many requests wait for the \(tier) server; nothing was done")
    }

    /// An earlier copy of the request may have been carried out, whatever became of the last.
    private func error(_ reason: String, for exchange: Exchange) -> StoreError {
        .unavailable(
            tier: tier, reason: reason, outcomeUnknown: exchange.attemptCount > 0 && !exchange.isRead)
    }
}
