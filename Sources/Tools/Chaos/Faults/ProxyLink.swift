internal import DequeModule
internal import Foundation
internal import NIOCore
internal import NIOPosix

/// One connection through a proxy: the client's half and the server's. Used only on its event loop.
final class ProxyLink {
    let client = ProxyHalf(isClient: true)
    let server = ProxyHalf(isClient: false)
    /// Whether bytes of a response were dropped, so that any further bytes would be invalid.
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

    /// Passes bytes, or the end (nil), received on one half to the other.
    func received(_ bytes: ByteBuffer?, from half: ProxyHalf) {
        if core.mode == .mute, !half.isClient {
            hasLostBytes = true
            return
        }
        (half.isClient ? server : client).send(bytes, after: core.delay())
    }

    /// Ends both halves like a crash.
    func reset() {
        guard !isEnded else { return }
        isEnded = true
        core.forget(self)
        client.reset()
        server.reset()
    }
}

/// One half of a connection. It passes what it reads to the other half, and delays what it sends. The waiting
/// bytes are limited by what the store's clients have in flight.
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
        // Fails only on a closed channel, which has nothing to read.
        try? context?.channel.syncOptions?.setOption(.autoRead, value: reads)
    }

    func send(_ bytes: ByteBuffer?, after delay: TimeAmount) {
        // Never before earlier bytes: a network does not change the order of a stream's bytes.
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
        // With a linger time of 0, closing sends a reset instead of an end.
        if let provider = channel as? any SocketOptionProvider {
            _ = provider.setSoLinger(linger(l_onoff: 1, l_linger: 0))
        }
        channel.close(promise: nil)
    }
}
