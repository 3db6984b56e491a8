internal import DequeModule
internal import Foundation
internal import Monitoring
internal import NIOCore
internal import NIOHTTP1

/// One open connection to a peer: writes requests, matches answers to them in order. Used on its loop
/// only.
final class PeerConnection: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private struct Arriving {
        let head: HTTPResponseHead
        var body: ByteBuffer?
    }

    // Each holds the other until the connection ends: an answer may come after the client was let go.
    private let peer: LoopPeer
    private(set) var kind = PeerKind.unknown
    private(set) var isOpen = true
    private(set) var lastRead = NIODeadline.now()
    /// What is written and not answered, in order.
    private var flights: Deque<Flight> = []
    /// Exchanges of all flights, and those that wait for the end of the tick.
    private var exchangeCount = 0
    // Reads and changes travel apart: a read must not wait until changes are on the disk.
    private var gatheredReads: [Exchange] = []
    private var gatheredChanges: [Exchange] = []
    private var arriving: Arriving?
    private var context: ChannelHandlerContext?
    private var isFlushScheduled = false
    private var random = FastRandom()

    /// One message to the peer: a request, or several in a batch.
    private struct Flight {
        let exchanges: [Exchange]
        let isBatch: Bool
    }

    init(peer: LoopPeer) { self.peer = peer }

    /// Requests that are not answered yet.
    var inFlight: [Exchange] { flights.flatMap(\.exchanges) + gatheredReads + gatheredChanges }

    /// Whether another request may be written now. Only a peer that is known to answer them side by side
    /// gets a second request before the first is answered: any other might drop it.
    var hasRoom: Bool {
        guard isOpen, context != nil else { return false }
        guard exchangeCount > 0 else { return true }
        guard kind == .bookstore, peer.lane.isPipelined, exchangeCount < peer.limits.pipelinedCountMax
        else { return false }
        guard peer.lane == .topics, let oldest = flights.first?.exchanges.first else { return true }
        return .now() - oldest.sent < peer.limits.laneStallTimeMax
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func send(_ exchange: Exchange) {
        guard context != nil else { return exchange.fail(peer.unreachable(for: exchange)) }
        exchange.attemptCount += 1
        exchange.sent = .now()
        exchangeCount += 1
        if exchange.call.mayBatch, exchange.call.body == nil, kind == .bookstore, peer.takesBatches,
            peer.lane == .quick
        {
            if exchange.isRead { gatheredReads.append(exchange) } else { gatheredChanges.append(exchange) }
            if max(gatheredReads.count, gatheredChanges.count) >= BatchWire.gatheredCountMax {
                return writeGathered()
            }
        } else {
            write(exchange)
        }
        scheduleFlush()
    }

    /// Flushes at the end of this tick of the loop, so that what is asked in it shares a message and a system
    /// call.
    private func scheduleFlush() {
        guard !isFlushScheduled, let context else { return }
        isFlushScheduled = true
        context.eventLoop.assumeIsolated().execute {
            self.isFlushScheduled = false
            self.writeGathered()
        }
    }

    private func writeGathered() {
        let (reads, changes) = (gatheredReads, gatheredChanges)
        gatheredReads = []
        gatheredChanges = []
        write(gathered: reads)
        write(gathered: changes)
        context?.flush()
    }

    private func write(_ exchange: Exchange) {
        let call = exchange.call
        flights.append(Flight(exchanges: [exchange], isBatch: false))
        write(call, trace: call.trace.child(using: &random), body: call.body)
    }

    /// Writes at most ``BatchWire/gatheredCountMax`` exchanges, as few batches as their bytes allow.
    private func write(gathered exchanges: [Exchange]) {
        guard let first = exchanges.first else { return }
        guard exchanges.count > 1 else { return write(first) }
        var start = 0
        var body = ByteBuffer()
        body.reserveCapacity(min(exchanges.count * 160, BatchWire.bodyBytesMax))
        for (index, exchange) in exchanges.enumerated() {
            BatchWire.write(exchange.call, trace: exchange.call.trace.child(using: &random), to: &body)
            guard body.readableBytes > BatchWire.bodyBytesMax || index == exchanges.count - 1 else {
                continue
            }
            flights.append(Flight(exchanges: Array(exchanges[start...index]), isBatch: true))
            let call = TierCall(
                .POST, "/" + BatchWire.routeName, deadline: first.call.deadline, trace: first.call.trace,
                operation: first.call.operation)
            write(call, trace: first.call.trace, body: TierCall.Body(BatchWire.contentType, body))
            start = index + 1
            body = ByteBuffer()
        }
    }

    private func write(_ call: TierCall, trace: TraceContext, body: TierCall.Body?) {
        guard let context else { return }
        var headers = HTTPHeaders()
        headers.reserveCapacity(5)
        headers.add(name: "host", value: peer.hostField)
        headers.add(name: "traceparent", value: trace.field)
        if let key = call.key { headers.add(name: "idempotency-key", value: key) }
        if let authorization = peer.authorization { headers.add(name: "authorization", value: authorization) }
        if let body { headers.add(name: "content-type", value: body.contentType) }
        if call.method == .POST {
            headers.add(name: "content-length", value: String(body?.bytes.readableBytes ?? 0))
        }
        let head = HTTPRequestHead(version: .http1_1, method: call.method, uri: call.target, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if let body { context.write(wrapOutboundOut(.body(.byteBuffer(body.bytes))), promise: nil) }
        context.write(wrapOutboundOut(.end(nil)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        lastRead = .now()
        switch unwrapInboundIn(data) {
        case .head(let head):
            arriving = Arriving(head: head)
        case .body(let bytes):
            guard var answer = arriving else { return }
            arriving = nil
            if answer.body == nil { answer.body = bytes } else { answer.body?.writeImmutableBuffer(bytes) }
            guard (answer.body?.readableBytes ?? 0) <= peer.limits.answerBytesMax else {
                // To ask for it again would bring the same.
                for exchange in popFlight()?.exchanges ?? [] { exchange.fail(peer.tooLong(for: exchange)) }
                return close()
            }
            arriving = answer
        case .end:
            guard let answer = arriving, let flight = popFlight() else { return close() }
            arriving = nil
            kind =
                answer.head.headers.first(name: "server")?.hasPrefix("bookstore/1") == true
                ? .bookstore : .other
            peer.answered(by: self)
            if flight.isBatch {
                take(answer, of: flight.exchanges)
            } else {
                take(answer, of: flight.exchanges[0])
            }
            // After a switch of protocols, which nobody asked for, nothing readable would follow.
            let isLast = !answer.head.isKeepAlive || answer.head.status == .switchingProtocols
            if isLast, isOpen { closeAfterLastAnswer() }
            peer.pump()
        }
    }

    private func popFlight() -> Flight? {
        guard let flight = flights.popFirst() else { return nil }
        exchangeCount -= flight.exchanges.count
        return flight
    }

    private func take(_ answer: Arriving, of exchange: Exchange) {
        if answer.head.status == .methodNotAllowed, exchange.call.method == .POST, exchange.call.body == nil {
            // The contract lets a tier take its changes by GET alone. A 405 says that nothing was done.
            exchange.call.method = .GET
            exchange.attemptCount -= 1
            peer.sendAgain(exchange)
        } else {
            exchange.succeed(
                status: answer.head.status, headers: answer.head.headers, body: answer.body ?? ByteBuffer(),
                peer: kind)
        }
    }

    private func take(_ answer: Arriving, of exchanges: [Exchange]) {
        switch answer.head.status.code {
        case 200:
            let answers = BatchWire.answers(in: answer.body ?? ByteBuffer(), count: exchanges.count)
            guard let answers else {
                for exchange in exchanges { exchange.fail(peer.nonsense(for: exchange)) }
                return
            }
            for (exchange, answer) in zip(exchanges, answers) {
                // Its answer is too long for a batch; it was not carried out, or only read.
                if answer.status == .payloadTooLarge {
                    exchange.call.mayBatch = false
                    exchange.attemptCount -= 1
                    peer.sendAgain(exchange)
                    continue
                }
                exchange.succeed(
                    status: answer.status, headers: answer.headers, body: answer.body, peer: kind)
            }
        case 400, 401, 404, 405, 413:
            // It knows no batches, or not this form of them, or takes them by a token alone that this tier has
            // not. Nothing was done; ask again in the plain form.
            peer.takesBatches = false
            for exchange in exchanges.reversed() where !exchange.isEnded {
                exchange.attemptCount -= 1
                peer.sendAgain(exchange)
            }
        default:
            for exchange in exchanges {
                exchange.succeed(
                    status: answer.head.status, headers: answer.head.headers, body: ByteBuffer(), peer: kind)
            }
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        lost()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { close() }

    /// Gives the connection up; what is in flight is repeated where that is safe.
    func close() {
        context?.close(promise: nil)
        lost()
    }

    /// Gives the connection up so that the peer notices at once: an orderly end could as well come from a
    /// client that still reads.
    func reset() {
        // Takes effect at once on the loop. Where it cannot, the end is an orderly one.
        _ = (context?.channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
        close()
    }

    /// Gives the connection up if nothing is asked on it.
    func closeWhenIdle() {
        if exchangeCount == 0 { close() }
    }

    private func lost() {
        guard isOpen else { return }
        isOpen = false
        peer.closed(self, unanswered: takeInFlight())
    }

    /// The peer said that this answer is its last on the connection. It has not touched the requests
    /// behind it (RFC 9112, 9.6), so they may all be sent again.
    private func closeAfterLastAnswer() {
        isOpen = false
        let untouched = takeInFlight()
        context?.close(promise: nil)
        peer.closed(self, untouched: untouched)
    }

    private func takeInFlight() -> Deque<Exchange> {
        defer {
            flights = []
            gatheredReads = []
            gatheredChanges = []
            exchangeCount = 0
        }
        return Deque(inFlight)
    }
}
