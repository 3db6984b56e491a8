internal import Model
internal import NIOCore
internal import NIOPosix

/// A proxy's state. Used only on its event loop.
final class ProxyCore {
    private let address: ServerAddress
    private let target: ServerAddress
    private let eventLoop: any EventLoop
    private var listener: (any Channel)?
    /// The end of the last opening or closing: each waits for the previous one.
    private var settled: EventLoopFuture<Void>
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
        settled = eventLoop.makeSucceededVoidFuture()
    }

    func listen() -> EventLoopFuture<Void> { afterEarlier { $0.open() } }

    func refuse() -> EventLoopFuture<Void> {
        cut()
        return afterEarlier { core in
            guard let listener = core.listener else { return core.eventLoop.makeSucceededVoidFuture() }
            core.listener = nil
            return listener.close()
        }
    }

    private func afterEarlier(_ step: @escaping (ProxyCore) -> EventLoopFuture<Void>) -> EventLoopFuture<Void>
    {
        let done = settled.assumeIsolated()
            .flatMapError { _ in self.eventLoop.makeSucceededVoidFuture() }
            .flatMap { step(self) }
            .nonisolated()
        settled = done
        return done
    }

    private func open() -> EventLoopFuture<Void> {
        guard listener == nil else { return eventLoop.makeSucceededVoidFuture() }
        let core = NIOLoopBound(self, eventLoop: eventLoop)
        return ServerBootstrap(group: eventLoop)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.autoRead, value: false)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try core.value.accept(channel) }
            }
            .bind(host: address.host, port: address.port)
            .assumeIsolated().map { self.listener = $0 }.nonisolated()
    }

    func cut() {
        for link in Array(links.values) { link.reset() }
    }

    /// The delay of bytes that arrive at this moment.
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
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
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
