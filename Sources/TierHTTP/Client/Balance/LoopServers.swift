internal import Model
internal import Monitoring
internal import NIOCore
internal import NIOHTTP1

/// The servers of a tier as one event loop sees them, each with its lanes. Used on its loop only.
///
/// ``Balance`` decides which of several servers is asked; this class does it. The only server of a tier gets every call.
final class LoopServers {
    let tier: String
    let slot: LoopSlot
    let monitor: SystemMonitor
    /// By lane and server.
    let lanes: [[LoopPeer]]
    private let isSeveral: Bool
    var balance: Balance
    private let figures: [ServerFigures]
    private let refusedRepeats: MetricCell
    /// Whether the next probes are scheduled.
    var isWatching = false
    private(set) var isShutDown = false
    private var hasMetAll = false
    /// Whose turn it is among programs that are not ours.
    private var turn = 0

    init(
        of tier: String, at addresses: [ServerAddress], slot: LoopSlot, monitor: SystemMonitor,
        limits: ClientLimits, token: BearerToken?
    ) {
        self.tier = tier
        self.slot = slot
        self.monitor = monitor
        isSeveral = addresses.count > 1
        balance = Balance(addresses, limits: limits)
        figures = addresses.map { ServerFigures(of: tier, at: $0, in: monitor) }
        refusedRepeats = monitor.cell(
            "bookstore_peer_unrepeated_requests_total", .counter, labels: [("peer", tier)],
            help: "Requests not sent once more, since too many were: the tier as a whole fails.")
        lanes = Lane.allCases.map { lane in
            addresses.enumerated().map { server, address in
                LoopPeer(
                    tier: tier, address: address, server: server, lane: lane, eventLoop: slot.eventLoop,
                    limits: limits, figures: PeerFigures(of: tier, at: address, in: monitor), token: token)
            }
        }
        for lane in lanes.dropFirst() {
            for (peer, quickPeer) in zip(lane, quick) {
                peer.foundOther = { [weak quickPeer] in quickPeer?.becomeOther() }
            }
        }
        guard isSeveral else { return }
        for peer in lanes.joined() { peer.servers = self }
    }

    // MARK: How they are

    var quick: [LoopPeer] { lanes[Lane.quick.rawValue] }

    /// Whether a connection leads to a server that answers side by side and keeps keys, and none to another program.
    /// Of a server without a connection nothing is known, which says nothing of the others.
    var isBookstore: Bool { quick.contains(where: \.isBookstore) && !isForeign }

    /// Whether one of the servers is another program, which may not do what ours do.
    private var isForeign: Bool { quick.contains { $0.kind == .other } }

    /// Whether a server has been met that takes a connection for each lane, and none that may not.
    private var takesLanes: Bool { quick.contains { $0.kind == .bookstore } && !isForeign }

    /// Whether there are several servers of our own make: they keep the same keys, so that each can do what another
    /// could not.
    var isBalanced: Bool { isSeveral && takesLanes }

    /// Why each server is out; nil where it is not.
    var faults: [String?] { figures.indices.map { balance.health(of: $0).fault?.rawValue } }

    // MARK: Calls

    func submit(_ exchange: Exchange) {
        let lane = lane(for: exchange.call.lane)
        guard isSeveral, !exchange.isPinned else { return lane[exchange.server].submit(exchange) }
        let now = NIODeadline.now()
        balance.budget.note(at: now)
        meetAll()
        send(exchange, to: choose(for: exchange, in: lane, at: now) ?? lane[0])
    }

    func lane(for lane: Lane) -> [LoopPeer] { lane == .quick || !takesLanes ? quick : lanes[lane.rawValue] }

    private func send(_ exchange: Exchange, to peer: LoopPeer) {
        exchange.server = peer.server
        peer.submit(exchange)
    }

    private func choose(
        for exchange: Exchange, in lane: [LoopPeer], isWellOnly: Bool = false, at now: NIODeadline
    ) -> LoopPeer? {
        let mayGo = { (server: Int) in
            guard !exchange.tried.contains(server) else { return false }
            // It may have been carried out: only a server that keeps the same keys notices.
            return exchange.attemptCount == 0 || exchange.call.repetition != .ifPeerKeepsKeys
                || self.lanes.contains { $0[server].kind == .bookstore }
        }
        guard !isForeign else {
            turn += 1
            let inTurn = lane.indices.lazy.map { ($0 + self.turn) % lane.count }.filter(mayGo)
            return (inTurn.first { !lane[$0].isDown(at: now) } ?? inTurn.first).map { lane[$0] }
        }
        return balance.choose(
            exchange.call.affinity, isWellOnly: isWellOnly, at: now, load: { lane[$0].load },
            isExcluded: { !mayGo($0) }, isDown: { lane[$0].isDown(at: now) }
        ).map { lane[$0] }
    }

    /// Connects to the servers that were not asked yet as soon as one shows that they are ours: when another is lost,
    /// they are known.
    private func meetAll() {
        guard !hasMetAll, takesLanes else { return }
        hasMetAll = true
        for peer in quick where peer.kind == .unknown { ask("/livez", of: peer) { _ in } }
    }

    /// Asks one server something that this loop wants to know.
    ///
    /// - Parameter isPinned: whether another server's answer is of no use.
    func ask(
        _ target: String, of peer: LoopPeer, isPinned: Bool = true,
        ended: @escaping (Result<TierAnswer, any Error>) -> Void
    ) {
        var random = FastRandom()
        let call = TierCall(
            .GET, target, deadline: .now() + Balance.probeTimeMax, trace: TraceContext(using: &random),
            operation: monitor.operation(.called(peer: tier), target), lane: peer.lane)
        let ended = NIOLoopBound(ended, eventLoop: slot.eventLoop)
        let exchange = Exchange(
            call: call, monitor: monitor, shard: slot.index, server: isPinned ? peer.server : nil
        ) { ended.value($0) }
        send(exchange, to: peer)
    }

    func shutdown() {
        isShutDown = true
        for peer in lanes.joined() { peer.shutdown() }
    }

    // MARK: Other servers

    /// A server could not be sent a call: another gets it.
    func passOn(_ exchange: Exchange, from peer: LoopPeer, _ error: any Error) {
        let now = NIODeadline.now()
        exchange.tried.append(peer.server)
        guard !exchange.isPinned, exchange.call.deadline > now,
            let other = choose(for: exchange, in: lanes[peer.lane.rawValue], at: now)
        else { return exchange.fail(error) }
        send(exchange, to: other)
    }

    /// A server got a call and broke the connection: another gets it, or the same where there is no other.
    func repeatCall(_ exchange: Exchange, from peer: LoopPeer, _ error: any Error) {
        let now = NIODeadline.now()
        guard takeRepetition(of: exchange, from: peer, at: now) else { return exchange.fail(error) }
        exchange.tried.append(peer.server)
        let lane = lanes[peer.lane.rawValue]
        var other: LoopPeer?
        if !exchange.isPinned {
            other = choose(for: exchange, in: lane, isWellOnly: true, at: now)
            // Where all are out, another may answer after all, and this one does not.
            if other == nil, balance.health(of: peer.server).isOut {
                other = choose(for: exchange, in: lane, at: now)
            }
        }
        guard let other else {
            exchange.tried.removeLast()
            return peer.submit(exchange)
        }
        send(exchange, to: other)
    }

    /// Whether another server is asked instead of this one, whose answer says that it cannot do its part.
    func passesOn(
        _ status: HTTPResponseStatus, _ body: ByteBuffer, to exchange: Exchange, from peer: LoopPeer
    ) -> Bool {
        guard isBalanced, !exchange.isPinned, !exchange.isEnded else { return false }
        let now = NIODeadline.now()
        let fault = status == .serviceUnavailable ? ToldFault(in: body) : nil
        balance.answered(
            by: peer.server, isFault: fault != nil, isRead: exchange.isRead, sent: exchange.sent, at: now)
        guard let fault else { return false }
        noteHealth()
        guard !fault.isOutcomeUnknown || exchange.mayRepeat(after: .bookstore),
            exchange.attemptCount < peer.limits.attemptCountMax, exchange.call.deadline > now
        else { return false }
        exchange.tried.append(peer.server)
        guard
            let other = choose(
                for: exchange, in: lanes[peer.lane.rawValue], isWellOnly: true, at: now),
            takeRepetition(of: exchange, from: peer, at: now)
        else { return false }
        // Nothing was done, so this copy leaves no doubt.
        if !fault.isOutcomeUnknown { exchange.attemptCount -= 1 }
        send(exchange, to: other)
        return true
    }

    /// Lets another server have a call that this one holds.
    ///
    /// - Returns: whether there is one.
    func move(_ exchange: Exchange, from peer: LoopPeer, at now: NIODeadline) -> Bool {
        guard !exchange.isPinned else { return false }
        exchange.tried.append(peer.server)
        let other = choose(for: exchange, in: lanes[peer.lane.rawValue], isWellOnly: true, at: now)
        guard let other, takeRepetition(of: exchange, from: peer, at: now) else {
            exchange.tried.removeLast()
            return false
        }
        send(exchange, to: other)
        return true
    }

    private func takeRepetition(of exchange: Exchange, from peer: LoopPeer, at now: NIODeadline) -> Bool {
        // What was never sent is no repetition.
        guard exchange.attemptCount > 0 else { return true }
        guard balance.budget.take(at: now) else {
            refusedRepeats.add(1)
            return false
        }
        peer.figures.repeats.add(1)
        return true
    }

    /// Shows what is known of the servers, and probes those that are out.
    func noteHealth() {
        for (server, figures) in figures.enumerated() {
            let isOut = balance.health(of: server).isOut
            if isOut, figures.out.value == 0 { figures.ejections.add(1) }
            figures.out.set(isOut ? 1 : 0)
        }
        watch()
    }
}
