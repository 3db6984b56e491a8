package import Model
package import Monitoring
package import NIOCore
package import NIOHTTP1

/// The calling side of a tier: sends requests to the servers of another tier over a few connections from
/// each event loop, many requests in flight on each.
package final class TierClient: Sendable {
    /// The tier that is called, as errors and metrics name it.
    package let tier: String
    private let monitor: SystemMonitor
    private let slots: [LoopSlot]
    private let loops: [NIOLoopBound<LoopLanes>]

    /// A client of the servers at `addresses`, which are equals: any may be asked.
    ///
    /// - Parameters:
    ///   - monitor: where calls are counted; nil in a program that shows no metrics.
    ///   - token: shown to them with every request.
    package init(
        tier: String, addresses: [ServerAddress], loops tierLoops: TierLoops, monitor: SystemMonitor? = nil,
        limits: ClientLimits = ClientLimits(), token: BearerToken? = nil
    ) async throws {
        precondition(!addresses.isEmpty, "a tier needs a server")
        let monitor = monitor ?? SystemMonitor(tier: "client", shardCount: tierLoops.slots.count)
        self.tier = tier
        self.monitor = monitor
        slots = tierLoops.slots
        var loops: [NIOLoopBound<LoopLanes>] = []
        for slot in tierLoops.slots {
            loops.append(
                try await slot.eventLoop.submit {
                    let lanes = LoopLanes { lane in
                        addresses.map { address in
                            LoopPeer(
                                tier: tier, address: address, lane: lane, eventLoop: slot.eventLoop,
                                limits: limits, figures: PeerFigures(of: tier, in: monitor), token: token)
                        }
                    }
                    return NIOLoopBound(lanes, eventLoop: slot.eventLoop)
                }.get())
        }
        self.loops = loops
    }

    /// Adds a call that this tier makes to the monitor.
    package func operation(_ name: String) -> SystemMonitor.Operation {
        monitor.operation(.called(peer: tier), name)
    }

    /// Whether the loop's next call goes to a peer that answers pipelined requests side by side, keeps
    /// the keys of updates and numbers its sales.
    package func isBookstore(on slot: LoopSlot) -> Bool { loops[slot.index].value.isBookstore }

    /// Sends a call from its event loop.
    ///
    /// - Returns: the peer's answer, whatever its status. Fails with ``StoreError/unavailable`` when no
    ///   peer is in reach or the deadline passes, and with ``StoreError/overloaded`` when too many wait.
    package func send(_ call: TierCall, on slot: LoopSlot) -> EventLoopFuture<TierAnswer> {
        let promise = slot.eventLoop.makePromise(of: TierAnswer.self)
        let exchange = Exchange(call: call, promise: promise, monitor: monitor, shard: slot.index)
        exchange.endWithClient(on: slot.eventLoop)
        loops[slot.index].value.submit(exchange)
        return promise.futureResult
    }

    /// Sends a call from anywhere, on one of the client's loops.
    ///
    /// - Parameters:
    ///   - time: how long the answer may take.
    ///   - trace: the caller's; nil begins one.
    ///   - operation: the operation under which the monitor counts it; nil without a monitor.
    /// - Returns: the peer's answer, whatever its status.
    /// - Throws: what ``send(_:on:)`` fails with.
    package func ask(
        _ method: HTTPMethod, _ target: String, key: IdempotencyKey? = nil, body: TierCall.Body? = nil,
        repetition: TierCall.Repetition = .always, within time: TimeAmount, trace: TraceContext? = nil,
        operation: SystemMonitor.Operation? = nil, lane: Lane = .quick
    ) async throws -> TierAnswer {
        let call = TierCall(
            method, target, key: key?.field, body: body, repetition: repetition, deadline: .now() + time,
            trace: trace ?? TraceContext(), operation: operation ?? self.operation("request"), lane: lane)
        guard let slot = slots.randomElement() else { preconditionFailure("every process has a loop") }
        return try await slot.eventLoop.flatSubmit { self.send(call, on: slot) }.get()
    }

    /// Closes all connections.
    package func shutdown() async {
        for (slot, loop) in zip(slots, loops) {
            // Fails only when the loop has ended, and its connections with it.
            try? await slot.eventLoop.submit { loop.value.shutdown() }.get()
        }
    }
}

/// The lanes to a tier as one event loop sees them. Used on its loop only.
final class LoopLanes {
    private let quick: LoopPeers
    private let others: [Lane: LoopPeers]

    init(_ peers: (Lane) -> [LoopPeer]) {
        let quickPeers = peers(.quick)
        quick = LoopPeers(quickPeers)
        var others: [Lane: LoopPeers] = [:]
        for lane in Lane.allCases where lane != .quick {
            let lanePeers = peers(lane)
            for (peer, quickPeer) in zip(lanePeers, quickPeers) {
                peer.foundOther = { [weak quickPeer] in quickPeer?.becomeOther() }
            }
            others[lane] = LoopPeers(lanePeers)
        }
        self.others = others
    }

    var isBookstore: Bool { quick.isBookstore }

    func submit(_ exchange: Exchange) {
        let lane = exchange.call.lane
        guard lane != .quick, quick.takesLanes, let peers = others[lane] else {
            return quick.submit(exchange)
        }
        peers.submit(exchange)
    }

    func shutdown() {
        quick.shutdown()
        for peers in others.values { peers.shutdown() }
    }
}

/// The servers of a tier as one event loop sees them: takes the next that is not down. Used on its loop
/// only.
final class LoopPeers {
    private let peers: [LoopPeer]
    private var next = 0

    init(_ peers: [LoopPeer]) {
        self.peers = peers
        for peer in peers {
            peer.handBack = { [weak self, weak peer] exchange, error in
                guard let self, let peer else { return exchange.fail(error) }
                self.failOver(exchange, from: peer, error: error)
            }
        }
    }

    var isBookstore: Bool { peers.allSatisfy(\.isBookstore) }

    /// Whether a server has been met that takes a connection for each lane, and none that may not.
    var takesLanes: Bool {
        peers.contains { $0.kind == .bookstore } && !peers.contains { $0.kind == .other }
    }

    func submit(_ exchange: Exchange) {
        guard peers.count > 1 else { return peers[0].submit(exchange) }
        let start = next
        next = (next + 1) % peers.count
        let candidates = (0..<peers.count).lazy.map { self.peers[(start + $0) % self.peers.count] }
        // One request finds out whether a peer is back; the others need not wait for it.
        let chosen = candidates.first { !$0.isDown && !$0.isDoubtful } ?? candidates.first { !$0.isDown }
        (chosen ?? peers[start]).submit(exchange)
    }

    func shutdown() {
        for peer in peers { peer.shutdown() }
    }

    private func failOver(_ exchange: Exchange, from failed: LoopPeer, error: any Error) {
        let others = peers.lazy.filter { $0 !== failed && !$0.isDown }
        guard let other = others.first(where: { !$0.isDoubtful }) ?? others.first,
            exchange.call.deadline > .now()
        else { return exchange.fail(error) }
        other.submit(exchange)
    }
}
