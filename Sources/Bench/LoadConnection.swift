internal import Foundation
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// One client's connection to the frontend: one request at a time, opened when a request needs it and kept
/// as long as the frontend keeps it. Used on its event loop only.
final class LoadConnection {
    /// A request on its way.
    struct Pending {
        let ticket: Ticket
        let operation: BenchOperation
        let method: HTTPMethod
        let target: String
        /// The idempotency key of a purchase.
        let key: String?
        /// When it must be answered, in nanoseconds of the loop's clock.
        let deadline: UInt64
    }

    /// What came back.
    struct Answer {
        let status: Int
        let headers: HTTPHeaders
        let body: ByteBuffer
    }

    /// A search of a million books takes about 100 MB.
    static let bodyBytesMax = 256 * 1024 * 1024

    /// Its place in the loop's array.
    let index: Int
    private(set) var pending: Pending?
    private let address: SocketAddress
    private let hostField: String
    private let eventLoop: any EventLoop
    private let connectTimeMax: TimeAmount
    private var channel: LoadChannel?
    /// Takes the end of each request; it may send the next at once.
    var ended: (LoadConnection, Pending, Result<Answer, LoadFailure>) -> Void = { _, _, _ in }

    init(
        index: Int, address: SocketAddress, hostField: String, eventLoop: any EventLoop,
        connectTimeMax: TimeAmount
    ) {
        self.index = index
        self.address = address
        self.hostField = hostField
        self.eventLoop = eventLoop
        self.connectTimeMax = connectTimeMax
    }

    /// Sends a request; the one before has ended.
    func send(_ request: Pending) {
        pending = request
        if let channel { channel.write(request, hostField: hostField) } else { connect() }
    }

    /// Ends the request that is under way with a failure, and the connection with it.
    func fail(_ failure: LoadFailure) {
        drop()
        guard let request = pending else { return }
        pending = nil
        ended(self, request, .failure(failure))
    }

    /// Closes without a word about what is under way.
    func close() {
        pending = nil
        drop()
    }

    private func drop() {
        channel?.close()
        channel = nil
    }

    private func connect() {
        let new = LoadChannel(owner: self)
        channel = new
        let bound = NIOLoopBound(new, eventLoop: eventLoop)
        ClientBootstrap(group: eventLoop)
            .connectTimeout(connectTimeMax)
            .channelOption(.socketOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let decoder = HTTPResponseDecoder(leftOverBytesStrategy: .dropBytes)
                    try channel.pipeline.syncOperations.addHandlers([
                        HTTPRequestEncoder(), ByteToMessageHandler(decoder), bound.value,
                    ])
                }
            }
            .connect(to: address).hop(to: eventLoop).assumeIsolated()
            .whenComplete { result in
                guard self.channel === new else { return new.close() }
                switch result {
                case .success:
                    if let request = self.pending { new.write(request, hostField: self.hostField) }
                case .failure(let error): self.fail(.unreachable(Self.reason(error)))
                }
            }
    }

    fileprivate func received(_ answer: Answer, isLast: Bool, on source: LoadChannel) {
        guard source === channel else { return }
        if isLast { drop() }
        guard let request = pending else {
            // An answer that nobody asked for: what follows on this connection means nothing.
            return drop()
        }
        pending = nil
        ended(self, request, .success(answer))
    }

    fileprivate func lost(_ failure: LoadFailure, on source: LoadChannel) {
        guard source === channel else { return }
        fail(failure)
    }

    /// Why a connection could not be opened, as the system says it.
    static func reason(_ error: any Error) -> String {
        switch error {
        case let error as IOError: String(cString: strerror(error.errnoCode))
        case is ChannelError: "no connection in time"
        default: "\(error)"
        }
    }
}

/// One TCP connection of a client: writes requests, puts answers together. Used on its event loop only.
private final class LoadChannel: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private weak var owner: LoadConnection?
    private var context: ChannelHandlerContext?
    private var head: HTTPResponseHead?
    private var body = ByteBuffer()

    init(owner: LoadConnection) { self.owner = owner }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func write(_ request: LoadConnection.Pending, hostField: String) {
        guard let context, context.channel.isActive else {
            owner?.lost(.connectionLost, on: self)
            return
        }
        var headers = HTTPHeaders()
        headers.reserveCapacity(3)
        headers.add(name: "host", value: hostField)
        if let key = request.key { headers.add(name: "idempotency-key", value: key) }
        if request.method == .POST { headers.add(name: "content-length", value: "0") }
        let head = HTTPRequestHead(
            version: .http1_1, method: request.method, uri: request.target, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    func close() {
        owner = nil
        context?.close(promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            body = ByteBuffer()
        case .body(var bytes):
            if body.readableBytes == 0 { body = bytes } else { body.writeBuffer(&bytes) }
            if body.readableBytes > LoadConnection.bodyBytesMax { owner?.lost(.tooLong, on: self) }
        case .end:
            guard let head else { return }
            self.head = nil
            let answer = LoadConnection.Answer(
                status: Int(head.status.code), headers: head.headers, body: body)
            owner?.received(answer, isLast: !head.isKeepAlive, on: self)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        owner?.lost(.connectionLost, on: self)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case HTTPParserError.invalidEOFState: owner?.lost(.connectionLost, on: self)
        case is HTTPParserError, is NIOHTTPDecoderError:
            owner?.lost(.nonsense("not HTTP: \(error)"), on: self)
        default: owner?.lost(.connectionLost, on: self)
        }
        context.close(promise: nil)
    }
}
