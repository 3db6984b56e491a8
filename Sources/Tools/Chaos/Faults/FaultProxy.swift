package import Model
package import NIOCore

/// A TCP proxy between two servers of one machine that can fail in the ways in which networks fail.
package final class FaultProxy: Sendable {
    /// What becomes of the bytes.
    package enum Mode: Sendable, Equatable {
        /// They pass as they come.
        case forward
        /// They pass in order, each `delay` plus up to `jitter` later.
        case delay(TimeAmount, jitter: TimeAmount)
        /// Connections are taken and nothing passes, nor gets lost.
        case hold
        /// Requests pass, answers are lost; a client that lost one is cut off when the mode ends.
        case mute
    }

    /// Where the proxy listens.
    package let address: ServerAddress
    private let eventLoop: any EventLoop
    private let core: NIOLoopBound<ProxyCore>

    /// Begins to listen at `address` for `target`. Both are addresses of this machine.
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

    /// Changes what becomes of the bytes from now on.
    package func set(_ mode: Mode) { eventLoop.execute { [core] in core.value.mode = mode } }

    /// Resets all connections, as a crash of a machine between would.
    package func cut() { eventLoop.execute { [core] in core.value.cut() } }

    /// Resets all connections and stops to listen: new ones are refused.
    package func refuse() async throws {
        try await eventLoop.flatSubmit { [core] in core.value.refuse() }.get()
    }

    /// Listens again after ``refuse()``; else it changes nothing.
    ///
    /// - Throws: the system's error when another program has taken the port.
    package func listen() async throws {
        try await eventLoop.flatSubmit { [core] in core.value.listen() }.get()
    }

    /// How many connections are open.
    package func connectionCount() async throws -> Int {
        try await eventLoop.submit { [core] in core.value.linkCount }.get()
    }

    /// Ends the proxy and its connections.
    package func shutdown() async { try? await refuse() }
}
