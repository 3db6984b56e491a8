package import Model
package import NIOCore

/// A TCP proxy between two servers of one machine that can fail like a network.
package final class FaultProxy: Sendable {
    /// How the proxy treats bytes.
    package enum Mode: Sendable, Equatable {
        /// Bytes pass without a delay.
        case forward
        /// Bytes pass in order, each delayed by `delay` plus up to `jitter`.
        case delay(TimeAmount, jitter: TimeAmount)
        /// Connections are accepted, and bytes wait without being lost.
        case hold
        /// Requests pass, and responses are lost. A client that lost one is disconnected when the mode ends.
        case mute
    }

    /// The address where the proxy listens.
    package let address: ServerAddress
    private let eventLoop: any EventLoop
    private let core: NIOLoopBound<ProxyCore>

    /// Starts a proxy that listens at `address` for `target`. Both are addresses of this machine.
    package static func start(
        at address: ServerAddress, to target: ServerAddress, on eventLoop: any EventLoop
    ) async throws -> FaultProxy {
        let core = try await eventLoop.submit {
            NIOLoopBound(
                ProxyCore(address: address, target: target, eventLoop: eventLoop), eventLoop: eventLoop)
        }.get()
        try await eventLoop.flatSubmit { core.value.listen() }.get()
        return FaultProxy(address: address, eventLoop: eventLoop, core: core)
    }

    private init(address: ServerAddress, eventLoop: any EventLoop, core: NIOLoopBound<ProxyCore>) {
        self.address = address
        self.eventLoop = eventLoop
        self.core = core
    }

    /// Changes how further bytes are treated.
    package func set(_ mode: Mode) { eventLoop.execute { [core] in core.value.mode = mode } }

    /// Resets all connections, like the crash of a machine between the servers.
    package func cut() { eventLoop.execute { [core] in core.value.cut() } }

    /// Resets all connections and stops listening, so that new ones are refused.
    package func refuse() async throws {
        try await eventLoop.flatSubmit { [core] in core.value.refuse() }.get()
    }

    /// Listens again after ``refuse()``; otherwise changes nothing.
    ///
    /// - Throws: the system's error when another program has taken the port.
    package func listen() async throws {
        try await eventLoop.flatSubmit { [core] in core.value.listen() }.get()
    }

    /// The number of open connections.
    package func connectionCount() async throws -> Int {
        try await eventLoop.submit { [core] in core.value.linkCount }.get()
    }

    /// Ends the proxy and its connections.
    package func shutdown() async { try? await refuse() }
}
