import Foundation
import NIOCore
import TestSupport
import Testing

@testable import TierHTTP

/// Limits of what a client can use: connections, requests, time, memory.
@Suite struct ServerLimitTests {
    @Test func answersTooManyConnections() async throws {
        try await withServer(quickLimits { $0.connectionCountMax = 2 }) { server in
            let first = try server.connect()
            let second = try server.connect()
            try first.send(get("/echo?text=1"))
            try second.send(get("/echo?text=2"))
            #expect(try first.receiveReplies(1).count == 1)
            #expect(try second.receiveReplies(1).count == 1)
            let third = try server.connect()
            try third.send(get("/echo?text=3"))
            let text = try third.receiveAll()
            #expect(text.hasPrefix("HTTP/1.1 503 "))
            #expect(text.contains("retry-after: 1"))
            first.endSending()
            #expect(try first.receiveAll() == "")
            // A place is free again as soon as the server has noticed an end.
            try await eventually("a place is free") {
                let next = try server.connect()
                try next.send(get("/echo?text=4", "Connection: close"))
                return try next.receiveAll().hasPrefix("HTTP/1.1 200 ")
            }
            try second.send(get("/echo?text=2"))
            #expect(try second.receiveReplies(1).count == 1)
        }
    }

    @Test func manyRefusedConnectionsAreNotKept() async throws {
        let limits = quickLimits {
            $0.connectionCountMax = 1
            $0.lingerTimeMax = .seconds(60)
        }
        try await withServer(limits) { server in
            let only = try server.connect()
            try only.send(get("/echo?text=1"))
            #expect(try only.receiveReplies(1).count == 1)
            let refused = try (0..<300).map { _ in try server.connect() }
            // Connections that the server has stopped reading are closed, with or without an answer.
            for connection in refused.suffix(10) { _ = try? connection.receiveAll() }
            try only.send(get("/echo?text=2"))
            #expect(try only.receiveReplies(1).count == 1)
        }
    }

    @Test(arguments: [
        "GET /echo?te", "POST /size HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc", "\r\n",
    ])
    func anIncompleteRequestTimesOut(part: String) async throws {
        try await withServer(quickLimits { $0.requestReadTimeMax = .milliseconds(50) }) { server in
            let connection = try server.connect()
            try connection.send(part)
            #expect(try connection.receiveAll().hasPrefix("HTTP/1.1 408 "))
        }
    }

    /// The second request's head is complete in the packet that ends the first; then nothing more comes.
    @Test(arguments: ["POST /size HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc", "POST /si"])
    func anIncompletePipelinedRequestTimesOut(part: String) async throws {
        let limits = quickLimits {
            $0.requestReadTimeMax = .milliseconds(50)
            $0.idleTimeMax = .milliseconds(100)
        }
        try await withServer(limits) { server in
            let connection = try server.connect()
            try connection.send(get("/echo?text=1") + part)
            let text = try connection.receiveAll()
            #expect(text.contains(#"{"text":"1"}"#))
        }
    }

    @Test(arguments: [
        "GET /echo?text=", "GET /echo?text=1 HTTP/1.1\r\nHost: ",
        "POST /size HTTP/1.1\r\nHost: h\r\nContent-Length: 60000\r\n\r\n",
        "POST /size HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5;",
    ]) func aRequestThatDripsIsCut(start: String) async throws {
        let limits = quickLimits {
            $0.requestReadTimeMax = .milliseconds(50)
            $0.lingerTimeMax = .milliseconds(50)
        }
        try await withServer(limits) { server in
            let connection = try server.connect()
            try connection.send(start)
            try await eventually("the connection is closed") { (try? connection.send("x")) == nil }
        }
    }

    @Test func anIdleConnectionIsClosed() async throws {
        try await withServer(quickLimits { $0.idleTimeMax = .milliseconds(50) }) { server in
            let silent = try server.connect()
            let used = try server.connect()
            try used.send(get("/echo?text=1"))
            #expect(try silent.receiveAll() == "")
            #expect(try used.receiveAll().hasSuffix(#"{"text":"1"}"#))
        }
    }

    @Test func aConnectionWithWorkIsNotIdle() async throws {
        try await withServer(quickLimits { $0.idleTimeMax = .milliseconds(50) }) { server in
            let busy = try server.connect()
            let silent = try server.connect()
            try busy.send(get("/hold?name=a"))
            try await eventually("it waits") { server.gates.names == ["a"] }
            #expect(try silent.receiveAll() == "")
            #expect(try server.connect().receiveAll() == "")
            server.gates.open("a")
            #expect(try busy.receiveAll().hasSuffix(#"{"gate":"a"}"#))
        }
    }

    @Test func disconnectsAClientThatNeverReads() async throws {
        let limits = quickLimits { $0.writeStallTimeMax = .milliseconds(200) }
        try await withServer(limits) { server in
            let connection = try server.connect()
            try connection.send(get("/big?bytes=\(32 * 1024 * 1024)"))
            #expect(try !connection.receive().isEmpty)
            // One read may have been asked for before the client stalled; it is used up here.
            try connection.send(get("/echo?text=1"))
            #expect(try request("GET", "/livez", port: server.port).status == 200)
            let count = server.count("/echo")
            // Until the client reads, its further requests are not read.
            try await eventually("the connection is closed") {
                (try? connection.send(get("/echo?text=1"))) == nil
            }
            #expect(server.count("/echo") == count)
            #expect(try request("GET", "/echo?text=2", port: server.port).status == 200)
        }
    }

    /// The limit is for a client that reads nothing at all, not for a slow one.
    @Test func aSlowReaderIsServed() async throws {
        let limits = quickLimits {
            $0.writeStallTimeMax = .milliseconds(500)
            $0.lingerTimeMax = .milliseconds(50)
        }
        try await withServer(limits) { server in
            let connection = try server.connect()
            let count = 48 * 1024 * 1024
            try connection.send(get("/big?bytes=\(count)", "Connection: close"))
            // The pace makes it about two seconds for the whole answer, which is several times the limit.
            let received = try await onThread {
                var received = 0
                while case let bytes = try connection.receive(), !bytes.isEmpty {
                    if (received + bytes.count) >> 18 > received >> 18 { Thread.sleep(forTimeInterval: 0.01) }
                    received += bytes.count
                }
                return received
            }
            #expect(received > count)
        }
    }

    @Test func stopsReadingAtThePipelineLimit() async throws {
        try await withServer(quickLimits { $0.pipelinedCountMax = 4 }) { server in
            let connection = try server.connect()
            for name in 0..<4 { try connection.send(get("/hold?name=\(name)")) }
            try await eventually("four wait") { server.gates.names.count == 4 }
            try connection.send(get("/hold?name=4"))
            #expect(try request("GET", "/echo?text=1", port: server.port).status == 200)
            #expect(server.gates.names.count == 4)
            for name in 0..<4 { server.gates.open("\(name)") }
            #expect(try connection.receiveReplies(4).count == 4)
            try await eventually("the fifth waits") { server.gates.names == ["4"] }
            server.gates.open("4")
            #expect(try connection.receiveReplies(1).map(\.body) == [#"{"gate":"4"}"#])
        }
    }

    /// While the server does not read, the client cannot be late.
    @Test func aPausedReadStopsTheRequestTimer() async throws {
        let limits = quickLimits {
            $0.pipelinedCountMax = 1
            $0.requestReadTimeMax = .milliseconds(100)
        }
        try await withServer(limits) { server in
            let connection = try server.connect()
            let other = try server.connect()
            try connection.send(get("/hold?name=a") + "GET /echo?te")
            try await eventually("the first waits") { server.gates.names == ["a"] }
            try connection.send("xt=2 HTTP/1.1\r\nHost: h\r\n\r\n")
            try other.send("GET")
            #expect(try other.receiveAll().hasPrefix("HTTP/1.1 408 "))
            server.gates.open("a")
            #expect(try connection.receiveReplies(2).map(\.status) == [200, 200])
        }
    }

    @Test func refusesAndCountsTooMuchWork() async throws {
        try await withServer(quickLimits { $0.inFlightPerLoopMax = 2 }) { server in
            let connection = try server.connect()
            for _ in 0..<3 {
                try connection.send(get("/hold?name=a") + get("/hold?name=b") + get("/hold?name=c"))
                try await eventually("two wait") { server.gates.names == ["a", "b"] }
                server.gates.openAll()
                let replies = try connection.receiveReplies(3)
                #expect(replies.map(\.status) == [200, 200, 503])
                #expect(replies.last?.headers["retry-after"] == "1")
            }
            // What may change something, as these do, takes no place from what reads.
            try connection.send(get("/hold?name=a") + get("/hold?name=b") + get("/livez"))
            try await eventually("two wait") { server.gates.names == ["a", "b"] }
            server.gates.openAll()
            #expect(try connection.receiveReplies(3).map(\.status) == [200, 200, 200])
        }
    }

    @Test func clientsThatResetLeaveNothingBehind() async throws {
        try await withServer(quickLimits { $0.connectionCountMax = 4 }) { server in
            for round in 0..<20 {
                let connection = try server.connect()
                try connection.send(get("/hold?name=\(round)"))
                try await eventually("it waits") { server.gates.names == ["\(round)"] }
                try connection.send("POST /size HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc")
                connection.reset()
                server.gates.open("\(round)")
            }
            try await eventually("nothing is in flight") { server.inFlight == 0 }
            // The places of the connections are free again.
            try await eventually("the server answers") {
                (try? request("GET", "/echo?text=1", port: server.port).status) == 200
            }
        }
    }
}
