import Foundation
import Model
import Monitoring
import NIOCore
import TestSupport
import Testing

@testable import TierHTTP

/// Slow calls never delay quick ones.
@Suite struct LaneTests {
    private func start(
        _ target: String, _ lane: Lane, _ client: TestClient, for presence: ClientPresence? = nil
    ) -> EventLoopFuture<TierAnswer> {
        var call = client.call(target, .GET)
        call.lane = lane
        call.client = presence
        let slot = client.loops.slots[0]
        return slot.eventLoop.flatSubmit { [call] in client.client.send(call, on: slot) }
    }

    /// Runs `body` with a client that knows its server.
    private func withLanes(
        _ limits: ClientLimits = ClientLimits(), _ body: (TestServer, TestClient) async throws -> Void
    ) async throws {
        try await withServer { server in
            try await withClient(server.port, limits: limits) { client in
                try await expect(client.send("/echo?text=first"), is: #"{"text":"first"}"#)
                try await body(server, client)
            }
        }
    }

    @Test(arguments: Lane.allCases.filter { $0 != .quick })
    func aStalledCallDelaysNoQuickCall(lane: Lane) async throws {
        try await withLanes { server, client in
            let stalled = (0..<40).map { start("/hold?name=\($0)", lane, client) }
            try await eventually("some wait at the server") { !server.gates.names.isEmpty }
            for number in 0..<20 {
                try await expect(client.send("/echo?text=\(number)"), is: #"{"text":"\#(number)"}"#)
            }
            #expect(!server.gates.names.isEmpty)
            while server.gates.seen.count < 40 {
                server.gates.openAll()
                try await Task.sleep(for: .milliseconds(1))
            }
            server.gates.openAll()
            for call in stalled { try await expect(call.get().status, is: .ok) }
        }
    }

    @Test func aLaneLimitsItsConcurrentCalls() async throws {
        var limits = ClientLimits()
        limits.laneConnectionCountMax = 3
        limits.laneWaitingCountMax = 5
        try await withLanes(limits) { server, client in
            let first = (0..<3).map { start("/hold?name=a\($0)", .finds, client) }
            try await eventually("three are there") { server.gates.names.count == 3 }
            let waiting = (0..<5).map { start("/hold?name=b\($0)", .finds, client) }
            let refused = await failure(of: start("/hold?name=c", .finds, client))
            guard case .overloaded? = refused else {
                Issue.record("not refused: \(String(describing: refused))")
                return
            }
            // Another lane has its own places.
            try await expect(start("/echo?text=x", .reads, client).get().status, is: .ok)
            #expect(server.gates.names.count == 3)
            server.gates.open("a1")
            try await eventually("the next in line is there") { server.gates.names.contains("b0") }
            #expect(server.gates.names.count == 3)
            for name in server.gates.names { server.gates.open(name) }
            try await eventually("all have come") { server.gates.seen.count >= 6 }
            try await eventually("all end") {
                server.gates.openAll()
                return client.inFlight == 0
            }
            for call in first + waiting { try await expect(call.get().status, is: .ok) }
        }
    }

    @Test func clientsTakeTurns() async throws {
        var limits = ClientLimits()
        limits.laneConnectionCountMax = 2
        try await withLanes(limits) { server, client in
            let (greedy, modest) = (ClientPresence(), ClientPresence())
            let many = (0..<10).map { start("/hold?name=g\($0)", .finds, client, for: greedy) }
            try await eventually("two are there") { server.gates.names == ["g0", "g1"] }
            let one = start("/hold?name=m", .finds, client, for: modest)
            try await eventually("it is in line") { client.inFlight == 11 }
            server.gates.open("g0")
            try await eventually("the other client is next") { server.gates.names == ["g1", "m"] }
            try await eventually("all end") {
                server.gates.openAll()
                return client.inFlight == 0
            }
            for call in many + [one] { try await expect(call.get().status, is: .ok) }
        }
    }

    @Test func aCallEndsWithItsClient() async throws {
        var limits = ClientLimits()
        limits.laneConnectionCountMax = 1
        try await withLanes(limits) { server, client in
            let (leaver, other) = (ClientPresence(), ClientPresence())
            let given = start("/stay?name=l1", .finds, client, for: leaver)
            try await eventually("it is at work") { server.gates.names == ["l1"] }
            let inLine = start("/stay?name=l2", .finds, client, for: leaver)
            let next = start("/stay?name=o", .finds, client, for: other)
            leaver.leave()
            for call in [given, inLine] {
                await #expect(throws: StoreError.clientLeft) { try await call.get() }
                #expect(Problem(StoreError.clientLeft).status == .requestTimeout)
            }
            // The server notices, and abandons the work; the next waiting call begins.
            try await eventually("the next is at work") { server.gates.names == ["o"] }
            #expect(server.gates.seen == ["l1", "o"])
            server.gates.open("o")
            try await expect(next.get().status, is: .ok)
            let late = start("/stay?name=l3", .finds, client, for: leaver)
            await #expect(throws: StoreError.clientLeft) { try await late.get() }
        }
    }

    /// A program that serves one connection at a time would never serve a second one.
    @Test func anotherProgramGetsNoLanes() async throws {
        let peer = try TestPeer(answering: { answer(target($0)) })
        try await withClient(peer.port) { client in
            for lane in Lane.allCases {
                let answered = try await start("/\(lane)", lane, client).get()
                #expect(String(buffer: answered.body) == "/\(lane)")
            }
            #expect(peer.connectionCount == 1)
        }
        peer.listener.close()
    }

    @Test func aLongTopicDelaysNoShortTopic() async throws {
        try await withLanes { server, client in
            try await expect(start("/echo?text=a", .topics, client).get().status, is: .ok)
            let long = start("/hold?name=long", .topics, client)
            try await eventually("it is there") { server.gates.names == ["long"] }
            // Longer than a connection may stall before another is taken.
            try await Task.sleep(for: .milliseconds(40))
            try await expect(start("/echo?text=b", .topics, client).get().status, is: .ok)
            server.gates.open("long")
            try await expect(long.get().status, is: .ok)
        }
    }

    @Test func choosesTheLeastBusyClient() {
        let (a, b) = (ClientPresence(), ClientPresence())
        let (one, other) = (ObjectIdentifier(a), ObjectIdentifier(b))
        #expect(FairTurn.next(among: [], busy: [:]) == nil)
        #expect(FairTurn.next(among: [one, other], busy: [:]) == 0)
        #expect(FairTurn.next(among: [one, one, other], busy: [one: 1]) == 2)
        #expect(FairTurn.next(among: [one, other], busy: [one: 2, other: 1]) == 1)
        #expect(FairTurn.next(among: [one, nil], busy: [one: 1]) == 1)
        #expect(FairTurn.next(among: [one, other], busy: [one: 1, other: 1]) == 0)
        withExtendedLifetime((a, b)) {}
    }
}

/// A server notices that a client has left.
@Suite struct ClientPresenceTests {
    @Test func notifiesEachWatchOnce() {
        let client = ClientPresence()
        let told = Told()
        let first = client.watch { told.record("first") }
        _ = client.watch { told.record("second") }
        client.end(first)
        #expect(!client.hasLeft)
        client.leave()
        client.leave()
        #expect(client.hasLeft && told.all == ["second"])
        _ = client.watch { told.record("late") }
        #expect(told.all == ["second", "late"])
    }

    @Test func aBrokenConnectionEndsItsWork() async throws {
        try await withServer { server in
            let connection = try server.connect()
            try connection.send(get("/stay?name=a") + get("/stay?name=b"))
            try await eventually("both are at work") { server.gates.names == ["a", "b"] }
            connection.reset()
            try await eventually("both are given up") { server.gates.names.isEmpty && server.inFlight == 0 }
        }
    }

    @Test func anEndedSideEndsLongWorkSoon() async throws {
        let limits = quickLimits { $0.halfClosedTimeMax = .milliseconds(50) }
        try await withServer(limits) { server in
            let connection = try server.connect()
            try connection.send(get("/stay?name=a"))
            try await eventually("it is at work") { server.gates.names == ["a"] }
            connection.endSending()
            let reply = try await onThread { try connection.receiveReplies(1) }.first
            #expect(reply?.status == 408)
            #expect(reply?.body.contains("ended its side") == true)
        }
    }

    @Test func aHalfClosedClientGetsItsAnswer() async throws {
        try await withServer { server in
            let connection = try server.connect()
            try connection.send(get("/stay?name=a"))
            connection.endSending()
            try await eventually("it is at work") { server.gates.names == ["a"] }
            server.gates.open("a")
            let reply = try await onThread { try connection.receiveReplies(1) }.first
            #expect(reply?.status == 200)
        }
    }
}

/// The notifications, in order.
private final class Told: @unchecked Sendable {
    // Sendable: a lock protects the list.
    private let lock = NSLock()
    private var texts: [String] = []

    var all: [String] { lock.withLock { texts } }
    func record(_ text: String) { lock.withLock { texts.append(text) } }
}
