import Foundation
import Model
import Monitoring
import NIOCore
import Synchronization
import TestSupport
import Testing

@testable import TierHTTP

/// The client and peers that break, hang, vanish or send nonsense.
@Suite struct ClientFaultTests {
    /// Reads a request and closes without an answer, as often as `breaks` allows; then answers.
    private func breakingPeer(breaks: Int, middle: String = "") throws -> TestPeer {
        let left = Mutex(breaks)
        return try TestPeer { connection, peer in
            var reader = HeadReader(connection)
            while let head = try reader.next() {
                peer.record(head)
                let isBreak = left.withLock { count in
                    count -= 1
                    return count >= 0
                }
                if isBreak { return try connection.send(middle) }
                try connection.send(answer("ok"))
            }
        }
    }

    @Test(arguments: [
        "", "HTTP/1.1 200 OK\r\nContent-Le", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nbroken",
    ])
    func whatIsSafeIsRepeated(middle: String) async throws {
        let peer = try breakingPeer(breaks: 2, middle: middle)
        try await withClient(peer.port) { client in
            try await expect(client.send("/a"), is: "ok")
            try await expect(client.send("/b", method: .POST, key: "k"), is: "ok")
            #expect(peer.lines == ["GET /a", "GET /a", "GET /a", "POST /b"].map { $0 + " HTTP/1.1" })
        }
        peer.listener.close()
    }

    @Test(arguments: ["", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nbroken"])
    func changesAreNotRepeatedToUnknownPeers(middle: String) async throws {
        let peer = try breakingPeer(breaks: 1, middle: middle)
        try await withClient(peer.port) { client in
            let call = client.start("/update", method: .POST, key: "k", repetition: .ifPeerKeepsKeys)
            #expect(outcomeUnknown(await failure(of: call)) == true)
            try await expect(client.send("/next"), is: "ok")
            #expect(peer.lines == ["POST /update HTTP/1.1", "GET /next HTTP/1.1"])
        }
        peer.listener.close()
    }

    @Test func stopsRetryingABrokenPeer() async throws {
        let peer = try breakingPeer(breaks: .max)
        try await withClient(peer.port) { client in
            #expect(outcomeUnknown(await failure(of: client.start("/a"))) == false)
            #expect(outcomeUnknown(await failure(of: client.start("/b", method: .POST, key: "k"))) == true)
            #expect(peer.lines.count == 2 * ClientLimits().attemptCountMax)
            #expect(client.inFlight == 0)
        }
        peer.listener.close()
    }

    /// Concurrent calls during a broken connection: all are answered in the end, and none is mixed up.
    @Test func aPipelinedConnectionThatBreaks() async throws {
        let connections = Mutex(0)
        let peer = try TestPeer { connection, _ in
            let number = connections.withLock { count in
                count += 1
                return count
            }
            var reader = HeadReader(connection)
            var answered = 0
            while let head = try reader.next() {
                answered += 1
                if answered == 6, number <= 2 { return }
                try connection.send(answer(target(head), "Server: bookstore/1"))
            }
        }
        try await withClient(peer.port) { client in
            let calls = (0..<200).map {
                client.start(
                    "/\($0)", method: $0 % 2 == 0 ? .GET : .POST, key: "k", repetition: .ifPeerKeepsKeys)
            }
            for (number, call) in calls.enumerated() {
                // The first request on a connection goes to an unknown peer.
                try await expect(String(buffer: call.get().body), is: "/\(number)")
            }
        }
        peer.listener.close()
    }

    @Test func nobodyListens() async throws {
        let closed = try ClosedPort()
        try await withClient(closed.port) { client in
            let start = ContinuousClock.now
            let calls = (0..<100).map { client.start("/\($0)", method: .POST, repetition: .ifPeerKeepsKeys) }
            for call in calls { #expect(outcomeUnknown(await failure(of: call)) == false) }
            #expect(outcomeUnknown(await failure(of: client.start("/again"))) == false)
            #expect(ContinuousClock.now - start < .seconds(10))
            #expect(client.inFlight == 0)
        }
        withExtendedLifetime(closed) {}
    }

    /// The first copy may have been carried out, although the repetition found no peer.
    @Test func aVanishedPeerLeavesTheOutcomeUnknown() async throws {
        let listener = try RawListener()
        let port = listener.port
        listener.serve { connection in
            _ = try connection.receiveHead()
            listener.close()
        }
        try await withClient(port) { client in
            let call = client.start("/buy", method: .POST, key: "k", repetition: .always)
            #expect(outcomeUnknown(await failure(of: call)) == true)
            // A read has no outcome, nor has a request that was never sent.
            #expect(outcomeUnknown(await failure(of: client.start("/a"))) == false)
            #expect(outcomeUnknown(await failure(of: client.start("/a", method: .POST))) == false)
        }
    }

    @Test func aPeerThatNeverAnswers() async throws {
        let isFrozen = Mutex(true)
        let peer = try TestPeer { connection, _ in
            var reader = HeadReader(connection)
            while let head = try reader.next() {
                if target(head) == "/stuck", isFrozen.withLock({ $0 }) { continue }
                try connection.send(answer(target(head)))
            }
        }
        var limits = ClientLimits()
        limits.plainConnectionCountMax = 1
        try await withClient(peer.port, limits: limits) { client in
            let start = ContinuousClock.now
            let read = client.start("/stuck", within: .milliseconds(100))
            let waiting = client.start("/waits")
            #expect(outcomeUnknown(await failure(of: read)) == false)
            #expect(ContinuousClock.now - start < .seconds(10))
            try await expect(String(buffer: waiting.get().body), is: "/waits")
            let change = client.start("/stuck", method: .POST, key: "k", within: .milliseconds(100))
            #expect(outcomeUnknown(await failure(of: change)) == true)
            isFrozen.withLock { $0 = false }
            try await expect(client.send("/stuck"), is: "/stuck")
        }
        peer.listener.close()
    }

    /// Requests on a frozen connection of a pipelining peer continue on a new one.
    @Test func aPipeliningPeerThatFreezes() async throws {
        let connections = Mutex(0)
        let peer = try TestPeer { connection, _ in
            let number = connections.withLock { count in
                count += 1
                return count
            }
            var reader = HeadReader(connection)
            while let head = try reader.next() {
                if number == 1, target(head) != "/first" { continue }
                try connection.send(answer(target(head), "Server: bookstore/1"))
            }
        }
        var limits = ClientLimits()
        limits.pipeliningConnectionCountMax = 1
        try await withClient(peer.port, limits: limits) { client in
            try await expect(client.send("/first"), is: "/first")
            let stuck = client.start("/stuck", within: .milliseconds(100))
            let behind = (0..<20).map { client.start("/\($0)") }
            #expect(outcomeUnknown(await failure(of: stuck)) == false)
            for (number, call) in behind.enumerated() {
                try await expect(String(buffer: call.get().body), is: "/\(number)")
            }
        }
        peer.listener.close()
    }

    @Test func waitingCallsKeepTheirDeadline() async throws {
        let peer = try TestPeer { connection, _ in _ = try connection.receiveAll() }
        var limits = ClientLimits()
        limits.plainConnectionCountMax = 1
        try await withClient(peer.port, limits: limits) { client in
            let first = client.start("/first", within: .milliseconds(300))
            let waiting = (0..<5).map { client.start("/\($0)", method: .POST, within: .milliseconds(200)) }
            try await eventually("the peer is asked") { peer.connectionCount == 1 }
            for call in waiting { #expect(outcomeUnknown(await failure(of: call)) == false) }
            #expect(outcomeUnknown(await failure(of: first)) == false)
            #expect(client.inFlight == 0)
        }
        peer.listener.close()
    }

    @Test func refusesTooManyWaitingCalls() async throws {
        let peer = try TestPeer { connection, _ in _ = try connection.receiveAll() }
        var limits = ClientLimits()
        limits.plainConnectionCountMax = 1
        limits.waitingCountMax = 5
        try await withClient(peer.port, limits: limits) { client in
            let stuck = (0..<10).map { client.start("/\($0)", within: .milliseconds(300)) }
            var overloaded = 0
            for call in stuck {
                if case .overloaded? = await failure(of: call) { overloaded += 1 }
            }
            #expect((4...5).contains(overloaded))
        }
        peer.listener.close()
    }

    @Test func serviceResumesWhenThePeerIsBack() async throws {
        try await withServer { server in
            try await withClient(server.port) { client in
                try await expect(client.send("/echo?text=1"), is: #"{"text":"1"}"#)
                await server.server.shutdown(within: .milliseconds(100))
                try await eventually("the peer is gone") {
                    outcomeUnknown(await failure(of: client.start("/echo?text=2"))) == false
                }
                try await expect(client.isBookstore(), is: false)
                try await withServer(at: server.port) { _ in
                    try await eventually("the peer is back") {
                        (try? await client.send("/echo?text=3")) == #"{"text":"3"}"#
                    }
                    #expect(try await client.isBookstore())
                    let calls = (0..<100).map { client.start("/echo?text=\($0)") }
                    for call in calls { try await expect(call.get().status, is: .ok) }
                }
            }
        }
    }

    @Test(arguments: [
        "garbage\r\n\r\n", "HTTP/1.1 banana\r\n\r\n", "HTTP/2.0 200 OK\r\n\r\n", "\u{0}\u{1}\u{2}",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nabc",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "SSH-2.0-OpenSSH_9.2p1\r\n",
    ]) func nonsense(text: String) async throws {
        let peer = try TestPeer(answering: { _ in text })
        try await withClient(peer.port) { client in
            let start = ContinuousClock.now
            #expect(outcomeUnknown(await failure(of: client.start("/a", within: .seconds(5)))) == false)
            let change = client.start("/b", method: .POST, repetition: .ifPeerKeepsKeys, within: .seconds(5))
            #expect(outcomeUnknown(await failure(of: change)) == true)
            #expect(peer.lines.filter { $0.hasPrefix("POST") }.count == 1)
            #expect(ContinuousClock.now - start < .seconds(14))
        }
        peer.listener.close()
    }

    @Test func aPeerThatSpeaksFirst() async throws {
        let peer = try TestPeer { connection, _ in
            try connection.send(answer("nobody asked"))
            _ = try connection.receiveAll()
        }
        try await withClient(peer.port) { client in
            // Whether the banner comes before or after the request, the call ends.
            _ = await failure(of: client.start("/a", within: .seconds(1)))
            #expect(client.inFlight == 0)
        }
        peer.listener.close()
    }

    @Test(arguments: ["Content-Length: 2000", "Transfer-Encoding: chunked", "X: y"])
    func doesNotRepeatATooLongResponse(framing: String) async throws {
        let body =
            (framing.hasPrefix("T") ? "7d0\r\n" : "") + String(repeating: "b", count: 2000) + "\r\n0\r\n\r\n"
        let peer = try TestPeer(answering: { head in
            target(head) == "/long" ? "HTTP/1.1 200 OK\r\n\(framing)\r\n\r\n\(body)" : answer("ok")
        })
        var limits = ClientLimits()
        limits.answerBytesMax = 1000
        try await withClient(peer.port, limits: limits) { client in
            #expect(outcomeUnknown(await failure(of: client.start("/long"))) == false)
            #expect(peer.lines.count == 1)
            try await expect(client.send("/short"), is: "ok")
        }
        peer.listener.close()
    }

    @Test func oneOfTwoServersIsDown() async throws {
        let down = try ClosedPort()
        try await withServer { server in
            try await withClient(down.port, server.port) { client in
                for number in 0..<30 {
                    try await expect(client.send("/echo?text=\(number)"), is: #"{"text":"\#(number)"}"#)
                }
                let calls = (0..<200).map { client.start("/echo?text=\($0)") }
                for call in calls { try await expect(call.get().status, is: .ok) }
            }
        }
        withExtendedLifetime(down) {}
    }

    @Test func bothServersAreDown() async throws {
        let (first, second) = (try ClosedPort(), try ClosedPort())
        try await withClient(first.port, second.port) { client in
            let start = ContinuousClock.now
            let calls = (0..<50).map { client.start("/\($0)", method: .POST, within: .seconds(30)) }
            for call in calls {
                let error = await failure(of: call)
                #expect(outcomeUnknown(error) == false, "\(String(describing: error))")
            }
            #expect(ContinuousClock.now - start < .seconds(20))
        }
        withExtendedLifetime((first, second)) {}
    }

    @Test func shutdownFailsCallsInFlight() async throws {
        try await withServer { server in
            try await withClient(server.port) { client in
                try await expect(client.send("/echo?text=1"), is: #"{"text":"1"}"#)
                let calls = (0..<10).map {
                    client.start("/hold?name=\($0)", method: $0 < 5 ? .GET : .POST, key: "k")
                }
                try await eventually("all wait") { server.gates.names.count == 10 }
                await client.client.shutdown()
                for (number, call) in calls.enumerated() {
                    #expect(outcomeUnknown(await failure(of: call)) == (number >= 5))
                }
                #expect(outcomeUnknown(await failure(of: client.start("/echo?text=2"))) == false)
                #expect(server.gates.seen.count == 10)
                #expect(client.inFlight == 0)
            }
        }
    }

    @Test func aShutdownWhileConnecting() async throws {
        let peer = try TestPeer(answering: { _ in answer("ok") })
        for _ in 0..<20 {
            try await withClient(peer.port) { client in
                let call = client.start("/a")
                await client.client.shutdown()
                _ = await failure(of: call)
                #expect(client.inFlight == 0)
            }
        }
        peer.listener.close()
    }

    /// A client that is released without a shutdown still completes its call.
    @Test func aReleasedClientFinishesItsCall() async throws {
        try await withServer { server in
            try await withLoops(count: 1) { loops in
                let call = try await abandonedCall(to: server.port, loops: loops)
                try await eventually("it waits") { server.gates.names == ["a"] }
                server.gates.open("a")
                try await expect(call.get().status, is: .ok)
            }
        }
    }

    private func abandonedCall(to port: Int, loops: TierLoops) async throws -> EventLoopFuture<TierAnswer> {
        let monitor = SystemMonitor(tier: "test", shardCount: 1)
        let client = try await TierClient(
            tier: "peer", addresses: [ServerAddress(host: "127.0.0.1", port: port)], loops: loops,
            monitor: monitor)
        return TestClient(
            client: client, loops: loops, monitor: monitor, operation: client.operation("/test")
        )
        .start("/hold?name=a")
    }

    @Test func connectionsAreFreedAfterAShutdown() async throws {
        try await withServer { server in
            try await withLoops(count: 1) { loops in
                let eventLoop = loops.slots[0].eventLoop
                let watch = try await eventLoop.submit {
                    WeakPeer(
                        LoopPeer(
                            tier: "peer", address: ServerAddress(host: "127.0.0.1", port: server.port),
                            eventLoop: eventLoop, limits: ClientLimits(),
                            figures: PeerFigures(
                                of: "peer", at: ServerAddress(host: "127.0.0.1", port: server.port),
                                in: SystemMonitor(tier: "t", shardCount: 1))))
                }.get()
                let promise = eventLoop.makePromise(of: TierAnswer.self)
                try await eventLoop.submit {
                    var random = FastRandom()
                    let monitor = SystemMonitor(tier: "t", shardCount: 1)
                    let call = TierCall(
                        .GET, "/echo?text=1", deadline: .now() + .seconds(10),
                        trace: TraceContext(using: &random),
                        operation: monitor.operation(.called(peer: "p"), "/"))
                    watch.held.withLock { $0 }?.value.submit(
                        Exchange(call: call, monitor: monitor, shard: 0) { promise.completeWith($0) })
                }.get()
                try await expect(promise.futureResult.get().status, is: .ok)
                try await eventLoop.submit {
                    watch.held.withLock { $0 }?.value.shutdown()
                    watch.held.withLock { $0 = nil }
                }.get()
                try await eventually("it is freed") { watch.isFreed }
            }
        }
    }
}

/// Holds a peer until it is released, and then shows whether it was freed.
private final class WeakPeer: @unchecked Sendable {
    // Sendable: reading a weak reference is safe from any thread; the peer is used on its loop only.
    private weak var peer: LoopPeer?
    let held: Mutex<NIOLoopBound<LoopPeer>?>

    init(_ peer: LoopPeer) {
        self.peer = peer
        held = Mutex(NIOLoopBound(peer, eventLoop: peer.eventLoop))
    }

    var isFreed: Bool { peer == nil }
}
