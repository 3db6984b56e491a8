import Foundation
import Monitoring
import NIOCore
import TestSupport
import Testing

@testable import TierHTTP

/// Limits of what a server holds for clients: unread answers and unfinished requests.
@Suite struct ServerMemoryTests {
    private static let answerBytes = 128 * 1024

    private func memory(_ server: TestServer) async throws -> (unsent: Int, partial: Int, long: Int) {
        let loop = server.server.loops[0]
        return try await server.loops.slots[0].eventLoop.submit {
            let memory = loop.value.memory
            return (memory.unsentBytes, memory.partialBytes, memory.longBodyBytes)
        }.get()
    }

    private func expectNothingHeld(_ server: TestServer) async throws {
        try await eventually("nothing is held") { try await memory(server) == (0, 0, 0) }
    }

    /// The server has all requests, but begins only those whose answers have room.
    @Test func unreadAnswersStopFurtherRequests() async throws {
        let limits = quickLimits {
            $0.unsentBytesPerConnectionMax = 1024 * 1024
            $0.longAnswerBytesExpected = Self.answerBytes
        }
        try await withServer(limits) { server in
            let connection = try server.connect()
            let count = 400
            let one = get("/big?bytes=\(Self.answerBytes)")
            let last = get("/big?bytes=\(Self.answerBytes)", "Connection: close")
            try connection.send(String(repeating: one, count: count - 1) + last)
            try await eventually("the budget is used up") { try await memory(server).unsent > 768 * 1024 }
            #expect(try await memory(server).unsent < 2 * 1024 * 1024)
            // The answers that fit into the system's buffers are sent; the rest are not begun.
            #expect(server.count("/big") < 200)
            let text = try await onThread { try connection.receiveAll() }
            #expect(text.components(separatedBy: "HTTP/1.1 200 OK").count == count + 1)
            #expect(text.utf8.count > count * Self.answerBytes)
            try await expectNothingHeld(server)
        }
    }

    /// The length of an answer is known only when it is complete; until then it counts as long.
    @Test func startsFewLongAnswersAtATime() async throws {
        let limits = quickLimits {
            $0.unsentBytesPerConnectionMax = 1024 * 1024
            $0.longAnswerBytesExpected = 512 * 1024
        }
        try await withServer(limits) { server in
            let connection = try server.connect()
            let names = ["a", "b", "c", "d", "e", "f"]
            try connection.send(names.map { get("/long-hold?name=\($0)") }.joined() + get("/echo?text=1"))
            try await eventually("the first is begun") { server.gates.names == ["a"] }
            #expect(try request("GET", "/echo?text=2", port: server.port).status == 200)
            #expect(server.gates.names == ["a"])
            server.gates.open("a")
            // It was short, so the next are expected to be short, too.
            try await eventually("three more are begun") { server.gates.names == ["b", "c", "d"] }
            for name in names.dropFirst() {
                try await eventually("\(name) is begun") { server.gates.names.contains(name) }
                server.gates.open(name)
            }
            let replies = try connection.receiveReplies(7)
            #expect(replies.map(\.body) == names.map { #"{"gate":"\#($0)"}"# } + [#"{"text":"1"}"#])
            try await expectNothingHeld(server)
        }
    }

    @Test func limitsUnreadAnswersOfAllConnections() async throws {
        let limits = quickLimits { $0.unsentBytesMax = 4 * 1024 * 1024 }
        try await withServer(limits) { server in
            let hog = try server.connect()
            // More than the system's buffers hold. A single answer may have any length.
            try hog.send(get("/big?bytes=\(64 * 1024 * 1024)"))
            try await eventually("it is written") { server.count("/big") == 1 }
            let refused = try request("GET", "/big?bytes=100000", port: server.port)
            #expect(refused.status == 503 && refused.headers["retry-after"] == "1")
            #expect(refused.body.contains("clients have not taken"))
            #expect(try request("GET", "/big?bytes=1000", port: server.port).status == 503)
            #expect(try request("GET", "/echo?text=1", port: server.port).status == 200)
            hog.reset()
            try await eventually("there is room again") {
                try request("GET", "/big?bytes=100000", port: server.port).status == 200
            }
            try await expectNothingHeld(server)
        }
    }

    @Test func disconnectsAStalledClientWhenMemoryIsShort() async throws {
        let limits = quickLimits {
            $0.unsentBytesMax = 4 * 1024 * 1024
            $0.pressedStallTimeMax = .milliseconds(50)
        }
        try await withServer(limits) { server in
            let hog = try server.connect()
            try hog.send(get("/big?bytes=\(64 * 1024 * 1024)"))
            try await eventually("the connection is closed") { (try? hog.send("x")) == nil }
            try await expectNothingHeld(server)
        }
    }

    private static let partialBody =
        "POST /size HTTP/1.1\r\nHost: h\r\nContent-Length: 65536\r\n\r\n"
        + String(repeating: "b", count: 60_000)
    private static let partialHead =
        "GET /echo?text=1 HTTP/1.1\r\nHost: h\r\n"
        + String(repeating: "x: \(String(repeating: "y", count: 95))\r\n", count: 60)

    /// A head that arrives with some of its body counts as the longest possible.
    @Test(arguments: [
        (partialBody, String(repeating: "b", count: 5_536), 300_000), (partialHead, "\r\n", 25_000),
    ])
    func theOldestPartialRequestsMakeRoom(part: String, rest: String, bytesMax: Int) async throws {
        try await withServer(quickLimits { $0.partialBytesMax = bytesMax }) { server in
            var connections: [RawConnection] = []
            for _ in 1...8 {
                let connection = try server.connect()
                try connection.send(part)
                connections.append(connection)
                // Answered after the earlier input is read.
                #expect(try request("GET", "/livez", port: server.port).status == 200)
            }
            let refusal = try connections[0].receiveAll()
            #expect(refusal.hasPrefix("HTTP/1.1 408 ") && refusal.contains("in part"))
            #expect(try await memory(server).partial <= bytesMax)
            try connections[7].send(rest)
            #expect(try connections[7].receiveReplies(1).map(\.status) == [200])
            for connection in connections { connection.reset() }
            try await expectNothingHeld(server)
        }
    }

    @Test func refusesLongBodiesBeyondTheLimit() async throws {
        try await withServer(quickLimits { $0.longBodyBytesMax = 1_500_000 }) { server in
            let head = "POST /guarded HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n"
            let first = try server.connect()
            try first.send(head)
            try await eventually("it is announced") { try await memory(server).long == 1_000_000 }
            let second = try server.connect()
            try second.send(head)
            #expect(try second.receiveAll().hasPrefix("HTTP/1.1 503 "))
            try first.send(String(repeating: "b", count: 1_000_000))
            #expect(try first.receiveReplies(1).map(\.status) == [200])
            try await expectNothingHeld(server)
        }
    }
}
