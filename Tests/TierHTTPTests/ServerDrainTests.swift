import Logging
import Model
import Monitoring
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization
import TestSupport
import Testing

@testable import TierHTTP

@Suite struct ServerDrainTests {
    @Test func answersAcceptedRequestsBeforeItStops() async throws {
        try await withServer(loopCount: 2) { server in
            let connections = try (0..<6).map { _ in try server.connect() }
            for (number, connection) in connections.enumerated() {
                try connection.send(get("/hold?name=\(number)") + get("/hold?name=\(number)x"))
            }
            let sending = try server.connect()
            try sending.send(
                "POST /size HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
            #expect(try sending.receiveReplies(1).map(\.status) == [100])
            try await eventually("all wait") { server.gates.names.count == 12 }
            async let shutdown: Void = server.server.shutdown(within: .seconds(20))
            try await eventually("the server drains") { try await isDraining(server) }
            #expect((try? server.connect()) == nil)
            server.gates.openAll()
            for connection in connections {
                let replies = try await onThread { try connection.receiveReplies(3) }
                #expect(replies.map(\.status) == [200, 200])
                #expect(replies.map { $0.headers["connection"] } == [nil, "close"])
            }
            try sending.send("abc")
            let reply = try #require(try await onThread { try sending.receiveReplies(2) }.first)
            #expect(reply.body == #"{"size":3}"#)
            #expect(reply.headers["connection"] == "close")
            await shutdown
        }
    }

    @Test func idleConnectionsAreClosed() async throws {
        try await withServer { server in
            let fresh = try server.connect()
            let used = try server.connect()
            try used.send(get("/echo?text=1"))
            #expect(try used.receiveReplies(1).count == 1)
            await server.server.shutdown(within: .seconds(20))
            #expect(try fresh.receiveAll() == "")
            #expect(try used.receiveAll() == "")
        }
    }

    @Test func aStuckRequestDoesNotBlockShutdown() async throws {
        try await withServer { server in
            let connection = try server.connect()
            try connection.send(get("/hold?name=a"))
            try await eventually("it waits") { server.gates.names == ["a"] }
            let start = ContinuousClock.now
            await server.server.shutdown(within: .milliseconds(100))
            #expect(ContinuousClock.now - start < .seconds(10))
            #expect((try? connection.receiveAll()) ?? "" == "")
            await server.server.shutdown(within: .milliseconds(100))
        }
    }

    @Test func twoConcurrentShutdowns() async throws {
        try await withServer { server in
            let connection = try server.connect()
            try connection.send(get("/hold?name=a"))
            try await eventually("it waits") { server.gates.names == ["a"] }
            async let first: Void = server.server.shutdown(within: .seconds(20))
            async let second: Void = server.server.shutdown(within: .seconds(20))
            try await eventually("the server drains") { try await isDraining(server) }
            server.gates.open("a")
            #expect(try await onThread { try connection.receiveAll() }.hasSuffix(#"{"gate":"a"}"#))
            await first
            await second
        }
    }

    private func isDraining(_ server: TestServer) async throws -> Bool {
        for loop in server.server.loops {
            guard try await loop.eventLoop.submit({ loop.value.isDraining }).get() else { return false }
        }
        return true
    }

    @Test func reportsAPortInUse() async throws {
        try await withServer { server in
            do {
                try await withServer(at: server.port) { _ in }
                Issue.record("two servers listen on one port")
            } catch let fault as ListenFault {
                #expect(fault.description.contains("the port is in use"))
            }
        }
    }

    /// Nothing of a connection stays after any kind of end.
    @Test(
        arguments: [
            get("/echo?text=1", "Connection: close"), get("/echo?text=1"), "nonsense\r\n\r\n", "",
            "POST /size HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc",
        ], [true, false])
    func aClosedConnectionIsFreed(text: String, resets: Bool) async throws {
        try await withLoops(count: 1) { loops in
            let made = Mutex<[WeakConnection]>([])
            let gates = Gates()
            let monitor = SystemMonitor(tier: "test", shardCount: 1)
            let slot = loops.slots[0]
            let routes = testRoutes(gates: gates, monitor: monitor)
            let loop = try await slot.eventLoop.submit {
                let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
                return NIOLoopBound(
                    ServerLoop(
                        slot: slot, limits: quickLimits(), loopCount: 1, routes: routes, logger: logger),
                    eventLoop: slot.eventLoop)
            }.get()
            let listener = try await ServerBootstrap(group: loops.group)
                .childChannelOption(.allowRemoteHalfClosure, value: true)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let connection = ServerConnection(loop: loop.value)
                        made.withLock { $0.append(WeakConnection(connection)) }
                        let decoder = ByteToMessageHandler(
                            HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes))
                        try channel.pipeline.syncOperations.addHandlers([
                            RequestFeed(plain: connection), decoder, connection,
                        ])
                    }
                }
                .bind(host: "127.0.0.1", port: 0).get()
            do {
                let connection = try RawConnection(port: listener.localAddress!.port!)
                try connection.send(text)
                try await eventually("it is accepted") { made.withLock { $0.count == 1 } }
                if resets { connection.reset() } else { connection.endSending() }
                if !resets { _ = try connection.receiveAll() }
            }
            try await eventually("it is freed") { made.withLock { $0.allSatisfy { $0.isFreed } } }
            try await listener.close()
        }
    }
}

/// Shows whether a connection was freed.
private struct WeakConnection: @unchecked Sendable {
    // Sendable: reading a weak reference is safe from any thread, and nothing else is done with it.
    private weak var connection: ServerConnection?

    init(_ connection: ServerConnection) { self.connection = connection }

    var isFreed: Bool { connection == nil }
}
