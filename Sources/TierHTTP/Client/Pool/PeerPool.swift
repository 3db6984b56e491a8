internal import DequeModule
internal import Monitoring
internal import NIOCore

/// The connections of one lane to one server of a tier, and the calls that wait for one: which call is sent where,
/// when another connection is opened, and what becomes of the calls of a connection that ends.
///
/// A pure state machine: events and the time in, decisions out. It gets events of connections and calls, and touches
/// neither.
struct PeerPool<Connection: AnyObject> {
    /// The next step for calls that wait.
    enum Step {
        case send(Exchange, on: Connection, PeerLine.Form)
        /// Open a connection and say what became of it.
        case connect
    }

    /// Why a call is not taken.
    enum Refusal {
        /// The peer was out of reach when last tried, and is not due to be tried again.
        case down
        case full
        case shutDown
    }

    /// What follows from a connection that did not open.
    enum Failure {
        case none
        /// These calls go elsewhere.
        case giveUp(Deque<Exchange>)
        case retry(in: TimeAmount)
    }

    struct Link {
        let connection: Connection
        var line: PeerLine
    }

    private let lane: Lane
    private let server: Int
    let limits: ClientLimits
    private(set) var links: [Link] = []
    var waiting: Deque<Exchange> = []
    private var connectingCount = 0
    private var connectingBegan = NIODeadline.uptimeNanoseconds(0)
    private var backoff = Backoff()
    private var random: FastRandom
    /// What the peer was when it last answered; each connection finds out for itself.
    private(set) var kind = PeerKind.unknown
    /// Whether it may be sent several requests in one, as far as is known.
    private var takesBatches = true
    private(set) var isShutDown = false

    /// - Parameter server: the server's place in its tier.
    init(lane: Lane, server: Int = 0, limits: ClientLimits, random: FastRandom = FastRandom()) {
        self.lane = lane
        self.server = server
        self.limits = limits
        self.random = random
    }

    // MARK: How it is

    var connections: [Connection] { links.map(\.connection) }
    var connectionCount: Int { links.count }
    var waitingCount: Int { waiting.count }

    /// Whether calls are not answered yet.
    var hasWork: Bool { !waiting.isEmpty || links.contains { $0.line.count > 0 } }

    /// Calls that wait or are not answered.
    var load: Int { links.reduce(waiting.count) { $0 + $1.line.count } }

    /// Since when a call waits for its answer on a connection from which nothing has come; nil where none does.
    var silentSince: NIODeadline? { links.lazy.compactMap(\.line.silentSince).min() }

    /// Since when a call waits for the first connection; nil where none does.
    var connectingSince: NIODeadline? {
        links.isEmpty && connectingCount > 0 && !waiting.isEmpty ? connectingBegan : nil
    }

    /// Whether the peer was out of reach when last tried and is not due to be tried again.
    func isDown(at now: @autoclosure () -> NIODeadline) -> Bool {
        links.isEmpty && backoff.isDown && !backoff.allowsAttempt(at: now())
    }

    /// Whether the peer was out of reach and is being tried again just now.
    var isDoubtful: Bool { links.isEmpty && backoff.isDown && connectingCount > 0 }

    /// Whether an open connection leads to a peer that answers side by side and keeps keys.
    var isBookstore: Bool { links.contains { $0.line.kind == .bookstore } }

    // MARK: Calls

    /// Takes a call, which waits until ``next(at:)`` sends it.
    mutating func submit(_ exchange: Exchange, at now: NIODeadline) -> Refusal? {
        guard !isShutDown else { return .shutDown }
        guard hasPlace(for: exchange) else { return .full }
        guard !isDown(at: now) else { return .down }
        waiting.append(exchange)
        return nil
    }

    private func hasPlace(for exchange: Exchange) -> Bool {
        guard !lane.isPipelined else { return waiting.count < limits.waitingCountMax }
        guard waiting.count < limits.laneWaitingCountMax else { return false }
        guard let client = exchange.call.client else { return true }
        return waiting.count { $0.call.client === client } < limits.laneWaitingCountMax / 2
    }

    /// The next thing to do, as far as the connections have room; nil when there is nothing.
    mutating func next(at now: NIODeadline) -> Step? {
        if lane.isPipelined {
            while waiting.first?.isEnded == true { waiting.removeFirst() }
        } else {
            waiting.removeAll { $0.isEnded }
        }
        guard !waiting.isEmpty else { return nil }
        let free = links.indices.first { links[$0].line.hasRoom(in: lane, at: now, limits: limits) }
        guard let free else { return beginsConnecting(at: now) ? .connect : nil }
        guard let turn = nextTurn() else { return nil }
        let exchange = turn == 0 ? waiting.removeFirst() : waiting.remove(at: turn)
        exchange.attemptCount += 1
        exchange.sent = now
        let gathers =
            takesBatches && lane == .quick && exchange.mayBatch
            && links[free].line.kind == .bookstore
        return .send(exchange, on: links[free].connection, links[free].line.add(exchange, gathers: gathers))
    }

    /// The place of the call whose turn it is. Where a connection carries one request at a time, clients take turns.
    private func nextTurn() -> Int? {
        guard !lane.isPipelined else { return 0 }
        var busy: [ObjectIdentifier: Int] = [:]
        for exchange in links.lazy.flatMap(\.line.exchanges) {
            if let client = exchange.call.client { busy[ObjectIdentifier(client), default: 0] += 1 }
        }
        let clients = waiting.lazy.map { $0.call.client.map { ObjectIdentifier($0) } }
        return FairTurn.next(among: clients, busy: busy)
    }

    /// Sends calls once more that the peer refused to carry out in their first form: they do not count.
    mutating func sendAgain(_ exchanges: some BidirectionalCollection<Exchange>, apart: Bool = false) {
        if apart { takesBatches = false }
        for exchange in exchanges.reversed() where !exchange.isEnded && exchange.server == server {
            exchange.attemptCount -= 1
            waiting.prepend(exchange)
        }
    }

    /// A call's client has left.
    ///
    /// - Returns: the connection to close, which tells the server so, if it carries nothing else.
    mutating func abandon(_ exchange: Exchange) -> Connection? {
        waiting.removeAll { $0.isEnded }
        guard !lane.isPipelined else { return nil }
        return links.first { $0.line.exchanges.contains { $0 === exchange } }?.connection
    }

    /// Takes out the calls whose time is over, and the connections whose peer is stuck.
    mutating func takeOverdue(at now: NIODeadline) -> (calls: [Exchange], stuck: [Connection]) {
        var calls: [Exchange] = []
        waiting.removeAll { exchange in
            if exchange.isEnded { return true }
            guard exchange.call.deadline <= now else { return false }
            calls.append(exchange)
            return true
        }
        let stuck = links.filter { $0.line.overdue(at: now, into: &calls) }
        return (calls, stuck.map(\.connection))
    }

    // MARK: Messages of a connection

    /// Takes what one connection has gathered.
    mutating func takeGathered(on connection: Connection) -> (reads: [Exchange], changes: [Exchange]) {
        guard let index = index(of: connection) else { return ([], []) }
        return links[index].line.takeGathered()
    }

    /// A message with what was gathered is written.
    mutating func send(_ flight: PeerLine.Flight, on connection: Connection) {
        if let index = index(of: connection) { links[index].line.send(flight) }
    }

    /// Something has come from the peer.
    mutating func hear(on connection: Connection, at now: NIODeadline) {
        if let index = index(of: connection) { links[index].line.hear(at: now) }
    }

    /// An answer has come from a program of this kind, or nil where it is not one.
    ///
    /// - Returns: the message that it answers; nil where nothing was asked.
    mutating func land(on connection: Connection, from kind: PeerKind?) -> PeerLine.Flight? {
        guard let index = index(of: connection), let flight = links[index].line.land() else { return nil }
        if let kind {
            links[index].line.identify(as: kind)
            self.kind = kind
        }
        return flight
    }

    /// Whether nothing is asked on a connection.
    func isIdle(_ connection: Connection) -> Bool {
        index(of: connection).map { links[$0].line.count == 0 } ?? true
    }

    /// The server is another program than it was.
    mutating func becomeOther() { kind = .other }

    private func index(of connection: Connection) -> Int? {
        links.indices.first { links[$0].connection === connection }
    }

    // MARK: Connections

    private mutating func beginsConnecting(at now: NIODeadline) -> Bool {
        let pipelines = lane.isPipelined && (isBookstore || kind == .bookstore)
        let countMax =
            lane != .quick
            ? limits.laneConnectionCountMax
            : pipelines ? limits.pipeliningConnectionCountMax : limits.plainConnectionCountMax
        // A peer that pipelines needs a second connection only when the first is full.
        let isUseful = pipelines ? connectingCount == 0 : connectingCount < waiting.count
        guard isUseful, links.count + connectingCount < countMax, backoff.allowsAttempt(at: now) else {
            return false
        }
        if connectingCount == 0 { connectingBegan = now }
        connectingCount += 1
        return true
    }

    /// A connection has been opened.
    ///
    /// - Parameter isOpen: whether it is open still.
    /// - Returns: whether it is wanted.
    mutating func connected(_ connection: Connection, isOpen: Bool, at now: NIODeadline) -> Bool {
        connectingCount -= 1
        backoff.succeeded()
        guard !isShutDown else { return false }
        // It may be another program by now.
        takesBatches = true
        if isOpen { links.append(Link(connection: connection, line: PeerLine(to: server, at: now))) }
        return true
    }

    mutating func connectFailed(at now: NIODeadline) -> Failure {
        connectingCount -= 1
        guard !isShutDown else { return .none }
        // Several attempts that failed together say no more than one.
        if backoff.allowsAttempt(at: now) { backoff.failed(at: now, random: &random) }
        guard links.isEmpty else { return .none }
        return backoff.isDown ? .giveUp(takeWaiting()) : .retry(in: backoff.wait(from: now))
    }

    /// A connection ended behind an answer that announced it: nothing behind it was carried out (RFC 9112, 9.6), so
    /// all of it is sent again.
    mutating func ended(_ connection: Connection) { sendAgain(remove(connection)) }

    /// A connection broke: what was in flight on it may or may not have been carried out.
    ///
    /// - Returns: the calls that are not repeated, and how many are.
    mutating func broke(_ connection: Connection, at now: NIODeadline) -> (lost: [Exchange], repeated: Int) {
        let kind = index(of: connection).map { links[$0].line.kind } ?? .unknown
        var (lost, repeated) = ([Exchange](), 0)
        for exchange in remove(connection).reversed() where !exchange.isEnded {
            guard !isShutDown, mayRepeat(exchange, after: kind, at: now) else {
                lost.append(exchange)
                continue
            }
            repeated += 1
            waiting.prepend(exchange)
        }
        return (lost, repeated)
    }

    private mutating func remove(_ connection: Connection) -> [Exchange] {
        index(of: connection).map { links.remove(at: $0).line.exchanges } ?? []
    }

    /// Whether a connection opened just now, and nothing was answered on it.
    func isNew(_ connection: Connection, at now: NIODeadline) -> Bool {
        index(of: connection).map { links[$0].line.isNew(at: now) } ?? false
    }

    /// Takes no further calls.
    ///
    /// - Returns: those that wait, which end unanswered.
    mutating func shutDown() -> Deque<Exchange> {
        isShutDown = true
        return takeWaiting()
    }
}
