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
    private let loops: [NIOLoopBound<LoopServers>]
    /// Its servers.
    package let addresses: [ServerAddress]

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
        self.addresses = addresses
        var loops: [NIOLoopBound<LoopServers>] = []
        for slot in tierLoops.slots {
            loops.append(
                try await slot.eventLoop.submit {
                    let servers = LoopServers(
                        of: tier, at: addresses, slot: slot, monitor: monitor, limits: limits, token: token)
                    return NIOLoopBound(servers, eventLoop: slot.eventLoop)
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
    ///
    /// - Parameter server: the place in ``addresses`` of the one server that is asked, however it is; nil for the
    ///   one that fits best, and another if that fails.
    package func send(
        _ call: TierCall, to server: Int? = nil, on slot: LoopSlot
    ) -> EventLoopFuture<TierAnswer> {
        let promise = slot.eventLoop.makePromise(of: TierAnswer.self)
        send(call, to: server, on: slot) { promise.completeWith($0) }
        return promise.futureResult
    }

    /// The same for what every purchase and lookup does: what becomes of the call is told to `ended`, which may be
    /// before this returns.
    package func send(
        _ call: TierCall, to server: Int? = nil, on slot: LoopSlot, ended: @escaping TierCall.Ended
    ) {
        let exchange = Exchange(
            call: call, monitor: monitor, shard: slot.index, server: server, ended: ended)
        exchange.endWithClient(on: slot.eventLoop)
        loops[slot.index].value.submit(exchange)
    }

    /// Why each server gets no calls from a loop but probes, in the order of ``addresses``; nil for one that does.
    package func faults(on slot: LoopSlot) -> [String?] { loops[slot.index].value.faults }

    /// Sends a call from anywhere, on one of the client's loops.
    ///
    /// - Parameters:
    ///   - time: how long the answer may take.
    ///   - trace: the caller's; nil begins one.
    ///   - operation: the operation under which the monitor counts it; nil without a monitor.
    /// - Returns: the peer's answer, whatever its status.
    /// - Throws: what ``send(_:on:)`` fails with.
    package func ask(
        _ method: HTTPMethod, _ target: String, key: IdempotencyKey? = nil, session: SessionSecret? = nil,
        body: TierCall.Body? = nil,
        repetition: TierCall.Repetition = .always, within time: TimeAmount, trace: TraceContext? = nil,
        operation: SystemMonitor.Operation? = nil, lane: Lane = .quick
    ) async throws -> TierAnswer {
        let call = TierCall(
            method, target, key: key?.field, session: session, body: body, repetition: repetition,
            deadline: .now() + time,
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
