package import Logging
package import Model
internal import Monitoring
package import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// A tier's listening side: HTTP/1.1 on all event loops of the process.
package final class TierServer: Sendable {
    /// A server that can accept nothing says so once a minute, not at each try.
    private static let pausesPerLine = 240

    private let listener: any Channel
    let loops: [NIOLoopBound<ServerLoop>]
    private let tierLoops: TierLoops
    /// Where the server listens; the real port where it was asked for port 0.
    package let address: ServerAddress

    /// Opens the port and begins to serve.
    ///
    /// - Parameter hosts: the hosts that requests may be for.
    /// - Throws: ``ListenFault`` when the address cannot be listened on.
    package static func start(
        at address: ServerAddress, loops tierLoops: TierLoops, routes: RouteTable, logger: Logger,
        limits: ServerLimits = ServerLimits(), hosts: AnsweredHosts = .any
    ) async throws -> TierServer {
        var loops: [NIOLoopBound<ServerLoop>] = []
        for slot in tierLoops.slots {
            loops.append(
                try await slot.eventLoop.submit {
                    NIOLoopBound(
                        ServerLoop(
                            slot: slot, limits: limits, loopCount: tierLoops.slots.count, routes: routes,
                            hosts: hosts, logger: logger),
                        eventLoop: slot.eventLoop)
                }.get())
        }
        let bootstrap = ServerBootstrap(group: tierLoops.group)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { [loops] channel in
                channel.eventLoop.makeCompletedFuture {
                    let loop = loops[tierLoops.slot(of: channel.eventLoop).index].value
                    try Self.configure(channel, loop: loop)
                }
            }
        do {
            let listener = try await bootstrap.bind(host: address.host, port: address.port).get()
            let pauses = routes.monitor.cell(
                "http_server_accept_pauses_total", .counter,
                help: "Times that no connection was accepted for a moment, since no file was left for it.")
            try await OpenFiles.pauseAccepting(on: listener) {
                pauses.add(1)
                guard pauses.value % Self.pausesPerLine == 1 else { return }
                logger.warning(
                    "no file is left for another connection: raise the limit of open files (ulimit -n, LimitNOFILE)"
                )
            }.get()
            let port = listener.localAddress?.port ?? address.port
            return TierServer(
                listener: listener, loops: loops, tierLoops: tierLoops,
                address: ServerAddress(host: address.host, port: port))
        } catch {
            throw ListenFault(address: address, error: error)
        }
    }

    private init(
        listener: any Channel, loops: [NIOLoopBound<ServerLoop>], tierLoops: TierLoops, address: ServerAddress
    ) {
        self.listener = listener
        self.loops = loops
        self.tierLoops = tierLoops
        self.address = address
    }

    /// Closes the port, answers what was taken on, and closes every connection, within `deadline`.
    package func shutdown(within deadline: TimeAmount = .seconds(8)) async {
        try? await listener.close()
        let drained = zip(tierLoops.slots, loops).map { slot, loop in
            slot.eventLoop.flatSubmit { loop.value.drain() }
        }
        let eventLoop = tierLoops.slots[0].eventLoop
        let timer = eventLoop.scheduleTask(in: deadline) {}
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let done = EventLoopFuture.andAllComplete(drained, on: eventLoop)
            // Whichever comes first: all drained, which cancels the timer, or the timer itself.
            done.whenComplete { _ in timer.cancel() }
            timer.futureResult.whenComplete { _ in continuation.resume() }
        }
        for (slot, loop) in zip(tierLoops.slots, loops) {
            try? await slot.eventLoop.submit { loop.value.abort() }.get()
        }
    }

    private static func configure(_ channel: any Channel, loop: ServerLoop) throws {
        guard loop.hasRoom else {
            guard let answer = loop.refusal(of: channel) else { return channel.close(promise: nil) }
            try channel.pipeline.syncOperations.addHandler(
                RefusedConnection(answer: answer, lingerTimeMax: loop.limits.lingerTimeMax))
            return
        }
        var parsing = NIOHTTPDecoderLimitConfiguration()
        parsing.maxHeaderFieldSize = loop.limits.headBytesMax
        parsing.maxHeaderListSize = loop.limits.headBytesMax
        parsing.maxHeaderFieldCount = loop.limits.fieldCountMax
        let decoder = HTTPRequestDecoder(
            leftOverBytesStrategy: .dropBytes, limitConfiguration: parsing)
        let connection = ServerConnection(loop: loop)
        try channel.pipeline.syncOperations.addHandlers([
            RequestFeed(plain: connection), ByteToMessageHandler(decoder), connection,
        ])
    }
}
