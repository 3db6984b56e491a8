internal import Foundation
internal import NIOCore
internal import NIOPosix

/// One client's connection to the frontend: one request at a time, opened when a request needs it and kept
/// as long as the frontend keeps it. Used on its event loop only.
final class LoadConnection {
    /// A request on its way.
    struct Pending {
        let ticket: Ticket
        let operation: BenchOperation
        let method: Method
        let target: String
        /// The idempotency key of a purchase.
        let key: String?
        /// When it must be answered, in nanoseconds of the loop's clock.
        let deadline: UInt64
    }

    /// How a request is sent.
    enum Method {
        case get
        case post
    }

    /// Its place in the loop's array.
    let index: Int
    private(set) var pending: Pending?
    private let address: SocketAddress
    private let hostField: String
    private let eventLoop: any EventLoop
    private let connectTimeMax: TimeAmount
    private var channel: LoadChannel?
    /// Takes the end of each request; it may send the next at once.
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

    /// Sends a request; the one before has ended.
    func send(_ request: Pending) {
        pending = request
        if let channel { channel.write(request, hostField: hostField) } else { connect() }
    }

    /// Ends the request that is under way with a failure, and the connection with it.
    func fail(_ failure: LoadFault) {
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
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            // An answer mostly comes whole: to look for more at once would be a system call for nothing.
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
            // An answer that nobody asked for: what follows on this connection means nothing.
            return drop()
        }
        pending = nil
        ended(self, request, .success(answer))
    }

    fileprivate func lost(_ failure: LoadFault, on source: LoadChannel) {
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

/// One TCP connection of a client. Used on its event loop only.
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
        // Targets are percent-encoded and keys are of our own making: nothing in them ends a line.
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
