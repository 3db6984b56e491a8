internal import DequeModule
internal import Foundation
public import Model
public import NIOCore
internal import NIOPosix

/// A TCP proxy between two servers of one machine that can fail in the ways in which networks fail.
public final class FaultProxy: Sendable {
    /// What becomes of the bytes.
    public enum Mode: Sendable, Equatable {
        /// They pass as they come.
        case forward
        /// They pass in order, each `delay` plus up to `jitter` later.
        case delay(TimeAmount, jitter: TimeAmount)
        /// Connections are taken and nothing passes, nor gets lost.
        case hold
        /// Requests pass, answers are lost; whoever lost one is cut off when the mode ends.
        case mute
    }

    /// Where the proxy listens.
    public let address: ServerAddress
    private let eventLoop: any EventLoop
    private let core: NIOLoopBound<ProxyCore>

    /// Begins to listen at `address` for `target`. Both are addresses of this machine.
    public static func start(
        at address: ServerAddress, to target: ServerAddress, on eventLoop: any EventLoop
    ) async throws -> FaultProxy {
        let core = try await eventLoop.submit {
            NIOLoopBound(ProxyCore(address: address, target: target, eventLoop: eventLoop), eventLoop: eventLoop)
        }.get()
        try await eventLoop.flatSubmit { core.value.listen() }.get()
        return FaultProxy(address: address, eventLoop: eventLoop, core: core)
    }

    private init(address: ServerAddress, eventLoop: any EventLoop, core: NIOLoopBound<ProxyCore>) {
        self.address = address
        self.eventLoop = eventLoop
        self.core = core
    }

    /// Changes what becomes of the bytes from now on.
    public func set(_ mode: Mode) { eventLoop.execute { [core] in core.value.mode = mode } }

    /// Resets all connections, as a crash of a machine between would.
    public func cut() { eventLoop.execute { [core] in core.value.cut() } }

    /// Resets all connections and stops to listen: new ones are refused.
    public func refuse() async throws { try await eventLoop.flatSubmit { [core] in core.value.refuse() }.get() }

    /// Listens again after ``refuse()``; else it changes nothing.
    ///
    /// - Throws: the system's error when another program has taken the port.
    public func listen() async throws { try await eventLoop.flatSubmit { [core] in core.value.listen() }.get() }

    /// How many connections are open.
    public func connectionCount() async throws -> Int {
        try await eventLoop.submit { [core] in core.value.linkCount }.get()
    }

    /// Ends the proxy and its connections.
    public func shutdown() async { try? await refuse() }
}

/// A proxy's state. Used on its loop only.
final class ProxyCore {
    private let address: ServerAddress
    private let target: ServerAddress
    private let eventLoop: any EventLoop
    private var listener: (any Channel)?
    private var links: [ObjectIdentifier: ProxyLink] = [:]
    private var random = SystemRandomNumberGenerator()

    var mode = FaultProxy.Mode.forward {
        didSet {
            for link in Array(links.values) where mode != .mute && link.hasLostBytes { link.reset() }
            for link in links.values { link.modeChanged() }
        }
    }

    var linkCount: Int { links.count }

    init(address: ServerAddress, target: ServerAddress, eventLoop: any EventLoop) {
        self.address = address
        self.target = target
        self.eventLoop = eventLoop
    }

    func listen() -> EventLoopFuture<Void> {
        guard listener == nil else { return eventLoop.makeSucceededVoidFuture() }
        let core = NIOLoopBound(self, eventLoop: eventLoop)
        return ServerBootstrap(group: eventLoop)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
            .childChannelOption(.autoRead, value: false)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try core.value.accept(channel) }
            }
            .bind(host: address.host, port: address.port)
            .assumeIsolated().map { self.listener = $0 }.nonisolated()
    }

    func refuse() -> EventLoopFuture<Void> {
        cut()
        guard let listener else { return eventLoop.makeSucceededVoidFuture() }
        self.listener = nil
        return listener.close()
    }

    func cut() {
        for link in Array(links.values) { link.reset() }
    }

    /// How much later bytes pass that arrive now.
    func delay() -> TimeAmount {
        guard case .delay(let delay, let jitter) = mode else { return .zero }
        return delay + .nanoseconds(Int64.random(in: 0...max(0, jitter.nanoseconds), using: &random))
    }

    func forget(_ link: ProxyLink) { links[ObjectIdentifier(link)] = nil }

    private func accept(_ channel: any Channel) throws {
        let link = ProxyLink(core: self, eventLoop: eventLoop)
        links[ObjectIdentifier(link)] = link
        try channel.pipeline.syncOperations.addHandler(link.client)
        let bound = NIOLoopBound(link, eventLoop: eventLoop)
        ClientBootstrap(group: eventLoop)
            .connectTimeout(.seconds(5))
            .channelOption(.socketOption(.tcp_nodelay), value: 1)
            .channelOption(.autoRead, value: false)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(bound.value.server)
                }
            }
            .connect(host: target.host, port: target.port)
            .assumeIsolated().whenComplete { result in
                if case .success = result { link.connected() } else { link.reset() }
            }
    }
}

/// One connection through a proxy: the client's half and the server's. Used on its loop only.
final class ProxyLink {
    let client = ProxyHalf(isClient: true)
    let server = ProxyHalf(isClient: false)
    /// Whether an answer was swallowed, so that whatever came now would be nonsense.
    private(set) var hasLostBytes = false
    private let core: ProxyCore
    private var isConnected = false
    private var isEnded = false

    init(core: ProxyCore, eventLoop: any EventLoop) {
        self.core = core
        client.link = self
        server.link = self
    }

    func connected() {
        guard !isEnded else { return server.reset() }
        isConnected = true
        modeChanged()
    }

    func modeChanged() {
        guard isConnected, !isEnded else { return }
        let reads = core.mode != .hold
        client.setReading(reads)
        server.setReading(reads)
        client.pump()
        server.pump()
    }

    var isHeld: Bool { core.mode == .hold }

    /// Bytes, or the end (nil), that came in on one half leave on the other.
    func received(_ bytes: ByteBuffer?, from half: ProxyHalf) {
        if core.mode == .mute, !half.isClient {
            hasLostBytes = true
            return
        }
        (half.isClient ? server : client).send(bytes, after: core.delay())
    }

    /// Ends both halves as a crash does.
    func reset() {
        guard !isEnded else { return }
        isEnded = true
        core.forget(self)
        client.reset()
        server.reset()
    }
}

/// One half of a connection: what it reads goes to the other, what it is sent waits for its time. What
/// waits is bounded by what the store's clients have in flight.
final class ProxyHalf: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    let isClient: Bool
    var link: ProxyLink?
    private var context: ChannelHandlerContext?
    private var waiting: Deque<(bytes: ByteBuffer?, due: NIODeadline)> = []
    private var timer: Scheduled<Void>?

    init(isClient: Bool) { self.isClient = isClient }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        link?.received(unwrapInboundIn(data), from: self)
    }

    func channelInactive(context: ChannelHandlerContext) { link?.received(nil, from: self) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { link?.reset() }

    func setReading(_ reads: Bool) {
        // Fails only on a channel that is closed, and then there is nothing to read.
        try? context?.channel.syncOptions?.setOption(.autoRead, value: reads)
    }

    func send(_ bytes: ByteBuffer?, after delay: TimeAmount) {
        // Never before what was sent earlier: the order of a stream's bytes is not a network's to change.
        let due = max(.now() + delay, waiting.last?.due ?? .uptimeNanoseconds(0))
        waiting.append((bytes, due))
        pump()
    }

    func pump() {
        guard let context, let link, !link.isHeld else { return }
        while let next = waiting.first, next.due <= .now() {
            waiting.removeFirst()
            guard let bytes = next.bytes else { return link.reset() }
            context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
        }
        guard let next = waiting.first, timer == nil else { return }
        timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: next.due) {
            self.timer = nil
            self.pump()
        }
    }

    func reset() {
        timer?.cancel()
        timer = nil
        waiting = []
        link = nil
        guard let channel = context?.channel else { return }
        // With no time to linger, close sends a reset instead of an end.
        if let provider = channel as? any SocketOptionProvider {
            _ = provider.setSoLinger(linger(l_onoff: 1, l_linger: 0))
        }
        channel.close(promise: nil)
    }
}
