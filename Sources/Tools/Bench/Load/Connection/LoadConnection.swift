internal import Foundation
internal import NIOCore
internal import NIOPosix

/// One client's connection to the frontend, with one request at a time. It is opened when a request needs it
/// and kept as long as the frontend keeps it. Used only on its event loop.
final class LoadConnection {
    /// A request in flight.
    struct Pending {
        let ticket: Ticket
        let operation: BenchOperation
        let method: Method
        let target: String
        /// The idempotency key of a purchase.
        let key: String?
        /// The time limit of its response, in nanoseconds of the loop's clock.
        let deadline: UInt64
    }

    /// How a request is sent.
    enum Method {
        case get
        case post
    }

    /// Its index in the loop's array.
    let index: Int
    private(set) var pending: Pending?
    private let address: SocketAddress
    private let hostField: String
    private let eventLoop: any EventLoop
    private let connectTimeMax: TimeAmount
    private var channel: LoadChannel?
    /// Receives the end of each request, and may send the next one immediately.
    var ended: (LoadConnection, Pending, Result<ResponseReader.Answer, LoadFault>) -> Void = { _, _, _ in }

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

    /// Sends a request. The previous one must have ended.
    func send(_ request: Pending) {
        pending = request
        if let channel { channel.write(request, hostField: hostField) } else { connect() }
    }

    /// Ends the request in flight with a failure, and the connection with it.
    func fail(_ failure: LoadFault) {
        drop()
        guard let request = pending else { return }
        pending = nil
        ended(self, request, .failure(failure))
    }

    /// Closes the connection without reporting the request in flight.
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
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            // Most responses arrive whole, so an immediate second read would be a useless system call.
            .channelOption(.maxMessagesPerRead, value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(bound.value)
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

    fileprivate func received(_ answer: ResponseReader.Answer, on source: LoadChannel) {
        guard source === channel else { return }
        if answer.isLast { drop() }
        guard let request = pending else {
            // A response without a request makes everything after it on this connection invalid.
            return drop()
        }
        pending = nil
        ended(self, request, .success(answer))
    }

    fileprivate func lost(_ failure: LoadFault, on source: LoadChannel) {
        guard source === channel else { return }
        fail(failure)
    }

    /// The system's reason why a connection could not be opened.
    static func reason(_ error: any Error) -> String {
        switch error {
        case let error as IOError: String(cString: strerror(error.errnoCode))
        case is ChannelError: "no connection in time"
        default: "\(error)"
        }
    }
}

/// One TCP connection of a client. Used only on its event loop.
private final class LoadChannel: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private weak var owner: LoadConnection?
    private var context: ChannelHandlerContext?
    private var reader = ResponseReader()

    init(owner: LoadConnection) { self.owner = owner }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func write(_ request: LoadConnection.Pending, hostField: String) {
        guard let context, context.channel.isActive else {
            owner?.lost(.connectionLost, on: self)
            return
        }
        // Targets are percent-encoded and keys are generated here, so neither contains a line break.
        var bytes = context.channel.allocator.buffer(capacity: 256)
        bytes.writeStaticString(request.method == .get ? "GET " : "POST ")
        bytes.writeString(request.target)
        bytes.writeStaticString(" HTTP/1.1\r\nhost: ")
        bytes.writeString(hostField)
        if let key = request.key {
            bytes.writeStaticString("\r\nidempotency-key: ")
            bytes.writeString(key)
        }
        if request.method == .post { bytes.writeStaticString("\r\ncontent-length: 0") }
        bytes.writeStaticString("\r\n\r\n")
        context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
    }

    func close() {
        owner = nil
        context?.close(promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        do {
            guard let answer = try reader.receive(unwrapInboundIn(data)) else { return }
            owner?.received(answer, on: self)
        } catch {
            owner?.lost(.nonsense(error.reason), on: self)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        if let answer = reader.end() { owner?.received(answer, on: self) }
        owner?.lost(.connectionLost, on: self)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        owner?.lost(.connectionLost, on: self)
        context.close(promise: nil)
    }
}
