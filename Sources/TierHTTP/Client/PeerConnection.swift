internal import Foundation
internal import Model
internal import Monitoring
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// One open connection to a peer: writes requests, reads answers. Used on its loop only.
final class PeerConnection: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    struct Answer {
        let head: HTTPResponseHead
        fileprivate(set) var body: ByteBuffer?

        var kind: PeerKind {
            head.headers.first(name: "server")?.hasPrefix("bookstore/1") == true ? .bookstore : .other
        }

        /// Whether nothing readable follows. After a switch of protocols, which nobody asked for, nothing would.
        var isLast: Bool { !head.isKeepAlive || head.status == .switchingProtocols }
    }

    // Each holds the other until the connection ends: an answer may come after the client was let go.
    private let peer: LoopPeer
    private(set) var isOpen = true
    private var arriving: Answer?
    private var context: ChannelHandlerContext?
    private var isFlushScheduled = false

    private init(peer: LoopPeer) { self.peer = peer }

    /// Opens a connection on the peer's loop.
    static func open(to address: ServerAddress, for peer: LoopPeer) -> EventLoopFuture<
        NIOLoopBound<PeerConnection>
    > {
        let connection = NIOLoopBound(PeerConnection(peer: peer), eventLoop: peer.eventLoop)
        return ClientBootstrap(group: peer.eventLoop)
            .connectTimeout(peer.limits.connectTimeMax)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    var parsing = NIOHTTPDecoderLimitConfiguration()
                    parsing.maxHeaderListSize = 64 * 1024
                    let decoder = HTTPResponseDecoder(limitConfiguration: parsing)
                    try channel.pipeline.syncOperations.addHandlers([
                        HTTPRequestEncoder(), ByteToMessageHandler(decoder), connection.value,
                    ])
                }
            }
            .connect(host: address.host, port: address.port).hop(to: peer.eventLoop).map { _ in connection }
    }

    // MARK: Requests

    /// Writes a call as a message of its own.
    func write(_ exchange: Exchange, trace: TraceContext) {
        let call = exchange.call
        write(
            exchange.method, call.target, trace: trace, key: call.key, session: call.session, body: call.body)
    }

    /// Writes several calls as one message.
    func write(batch: ByteBuffer, trace: TraceContext) {
        let body = TierCall.Body(BatchWire.contentType, batch)
        write(.POST, "/" + BatchWire.routeName, trace: trace, body: body)
    }

    private func write(
        _ method: HTTPMethod, _ target: String, trace: TraceContext, key: String? = nil,
        session: SessionSecret? = nil, body: TierCall.Body?
    ) {
        guard let context else { return }
        var headers = HTTPHeaders()
        headers.reserveCapacity(5)
        headers.add(name: "host", value: peer.hostField)
        headers.add(name: "traceparent", value: trace.field)
        if let key { headers.add(name: "idempotency-key", value: key) }
        if let session { headers.add(name: SessionSecret.field, value: session.text) }
        if let authorization = peer.authorization { headers.add(name: "authorization", value: authorization) }
        if let body { headers.add(name: "content-type", value: body.contentType) }
        if method == .POST {
            headers.add(name: "content-length", value: String(body?.bytes.readableBytes ?? 0))
        }
        let head = HTTPRequestHead(version: .http1_1, method: method, uri: target, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if let body { context.write(wrapOutboundOut(.body(.byteBuffer(body.bytes))), promise: nil) }
        context.write(wrapOutboundOut(.end(nil)), promise: nil)
    }

    func flush() { context?.flush() }

    /// Flushes at the end of this tick of the loop, so that what is asked in it shares a message and a system
    /// call.
    func flushAtEndOfTick() {
        guard !isFlushScheduled, let context else { return }
        isFlushScheduled = true
        context.eventLoop.assumeIsolated().execute {
            self.isFlushScheduled = false
            self.peer.writeGathered(on: self)
        }
    }

    // MARK: Channel events

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        peer.hear(on: self)
        switch unwrapInboundIn(data) {
        case .head(let head):
            arriving = Answer(head: head)
        case .body(let bytes):
            guard var answer = arriving else { return }
            arriving = nil
            if answer.body == nil { answer.body = bytes } else { answer.body?.writeImmutableBuffer(bytes) }
            guard (answer.body?.readableBytes ?? 0) <= peer.limits.answerBytesMax else {
                peer.answeredTooLong(on: self)
                return close()
            }
            arriving = answer
        case .end:
            guard let answer = arriving else { return close() }
            arriving = nil
            peer.answered(answer, on: self)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        lost()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { close() }

    // MARK: The end

    /// Gives the connection up; what is in flight is repeated where that is safe.
    func close() {
        context?.close(promise: nil)
        lost()
    }

    /// Gives the connection up so that the peer notices immediately: an orderly end could as well come from a
    /// client that still reads.
    func reset() {
        // Takes effect at once on the loop. Where it cannot, the end is an orderly one.
        _ = (context?.channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
        close()
    }

    /// Closes after the peer's last answer, which the pool learns of separately.
    func closeAfterLastAnswer() {
        isOpen = false
        context?.close(promise: nil)
    }

    private func lost() {
        guard isOpen else { return }
        isOpen = false
        peer.lost(self)
    }
}
