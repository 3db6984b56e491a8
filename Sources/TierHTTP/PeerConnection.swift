internal import DequeModule
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
    private(set) var inFlight: Deque<Exchange> = []
    private var arriving: Arriving?
    private var context: ChannelHandlerContext?
    private var isFlushScheduled = false
    private var random = FastRandom()

    init(peer: LoopPeer) { self.peer = peer }

    /// Whether another request may be written now. Only a peer that is known to answer them side by side
    /// gets a second request before the first is answered: any other might drop it.
    var hasRoom: Bool {
        guard isOpen, context != nil else { return false }
        return inFlight.count < (kind == .bookstore ? peer.limits.pipelinedCountMax : 1)
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func send(_ exchange: Exchange) {
        guard let context else { return exchange.fail(peer.unreachable(for: exchange)) }
        exchange.attemptCount += 1
        exchange.sent = .now()
        inFlight.append(exchange)
        let call = exchange.call
        var headers = HTTPHeaders()
        headers.reserveCapacity(5)
        headers.add(name: "host", value: peer.hostField)
        headers.add(name: "traceparent", value: call.trace.child(using: &random).field)
        if let key = call.key { headers.add(name: "idempotency-key", value: key) }
        if let authorization = peer.authorization { headers.add(name: "authorization", value: authorization) }
        if let body = call.body { headers.add(name: "content-type", value: body.contentType) }
        if call.method == .POST {
            headers.add(name: "content-length", value: String(call.body?.bytes.readableBytes ?? 0))
        }
        let head = HTTPRequestHead(version: .http1_1, method: call.method, uri: call.target, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if let body = call.body {
            context.write(wrapOutboundOut(.body(.byteBuffer(body.bytes))), promise: nil)
        }
        context.write(wrapOutboundOut(.end(nil)), promise: nil)
        guard !isFlushScheduled else { return }
        isFlushScheduled = true
        context.eventLoop.assumeIsolated().execute {
            self.isFlushScheduled = false
            self.context?.flush()
        }
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
                inFlight.popFirst().map { $0.fail(peer.tooLong(for: $0)) }
                return close()
            }
            arriving = answer
        case .end:
            guard let answer = arriving, let exchange = inFlight.popFirst() else { return close() }
            arriving = nil
            kind =
                answer.head.headers.first(name: "server")?.hasPrefix("bookstore/1") == true
                ? .bookstore : .other
            peer.answered(by: self)
            if answer.head.status == .methodNotAllowed, exchange.call.method == .POST,
                exchange.call.body == nil
            {
                // The contract lets a tier take its changes by GET alone. A 405 says that nothing was done.
                exchange.call.method = .GET
                exchange.attemptCount -= 1
                peer.sendAgain(exchange)
            } else {
                exchange.succeed(
                    status: answer.head.status, headers: answer.head.headers,
                    body: answer.body ?? ByteBuffer(), peer: kind)
            }
            // After a switch of protocols, which nobody asked for, nothing readable would follow.
            let isLast = !answer.head.isKeepAlive || answer.head.status == .switchingProtocols
            if isLast, isOpen { closeAfterLastAnswer() }
            peer.pump()
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

    private func lost() {
        guard isOpen else { return }
        isOpen = false
        let unanswered = inFlight
        inFlight = []
        peer.closed(self, unanswered: unanswered)
    }

    /// The peer said that this answer is its last on the connection. It has not touched the requests
    /// behind it (RFC 9112, 9.6), so they may all be sent again.
    private func closeAfterLastAnswer() {
        isOpen = false
        let untouched = inFlight
        inFlight = []
        context?.close(promise: nil)
        peer.closed(self, untouched: untouched)
    }
}
