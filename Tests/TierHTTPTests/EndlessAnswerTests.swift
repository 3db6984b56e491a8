import Model
import NIOCore
import TestSupport
import Testing

@testable import TierHTTP

/// Answers that go on for as long as their client stays.
@Suite struct EndlessAnswerTests {
    /// Bytes until `text` has come.
    private func receive(_ connection: RawConnection, until text: String) async throws -> String {
        try await onThread {
            var all = ""
            while !all.hasSuffix(text), case let bytes = try connection.receive(), !bytes.isEmpty {
                all += String(decoding: bytes, as: UTF8.self)
            }
            return all
        }
    }

    private func isAsked(_ server: TestServer) async throws {
        try await eventually("the next piece is asked for") { server.gates.names == ["a"] }
    }

    @Test func piecesComeAsTheyAreThere() async throws {
        try await withServer { server in
            let connection = try server.connect()
            // What is asked behind it gets no answer.
            try connection.send(get("/endless?name=a") + get("/echo?text=1"))
            let start = try await receive(connection, until: "first\n")
            #expect(start.hasPrefix("HTTP/1.1 200 OK\r\n") && start.contains("connection: close\r\n"))
            #expect(start.contains("content-type: text/event-stream\r\n"))
            #expect(!start.contains("content-length"))
            for _ in 1...3 {
                try await isAsked(server)
                server.gates.open("a")
                #expect(try await receive(connection, until: ".") == ".")
            }
            #expect(server.inFlight == 0)
            try await isAsked(server)
            server.gates.fail("a", SecretError())
            #expect(try await onThread { try connection.receiveAll() } == "")
        }
    }

    @Test func itEndsWithItsClient() async throws {
        try await withServer(quickLimits { $0.halfClosedTimeMax = .milliseconds(20) }) { server in
            for isHalfClosed in [true, false] {
                var connection: RawConnection? = try server.connect()
                try connection?.send(get("/endless?name=a"))
                try await isAsked(server)
                if isHalfClosed {
                    connection?.endSending()
                    #expect(try await receive(#require(connection), until: "nothing").hasSuffix("first\n"))
                } else {
                    connection = nil
                }
                try await eventually("the connection is gone") { try await openCount(server) == 0 }
                let askedCount = server.gates.seen.count
                server.gates.open("a")
                try await eventually("the piece was dropped") { server.gates.names.isEmpty }
                #expect(server.gates.seen.count == askedCount)
            }
        }
    }

    @Test func itEndsWithTheServer() async throws {
        try await withServer { server in
            let connection = try server.connect()
            try connection.send(get("/endless?name=a"))
            try await isAsked(server)
            let start = ContinuousClock.now
            await server.server.shutdown(within: .seconds(20))
            #expect(ContinuousClock.now - start < .seconds(10))
            #expect(try await receive(connection, until: "nothing").hasSuffix("first\n"))
        }
    }

    /// One who does not read is not asked for more than a piece, and is cut off.
    @Test func aSlowReaderIsEnded() async throws {
        try await withServer(quickLimits { $0.writeStallTimeMax = .milliseconds(100) }) { server in
            let connection = try server.connect()
            try connection.send(get("/endless?name=a&bytes=20000000"))
            try await isAsked(server)
            server.gates.open("a")
            try await eventually("the connection is cut") { try await openCount(server) == 0 }
            #expect(server.gates.seen == ["a"])
        }
    }

    private func openCount(_ server: TestServer) async throws -> Int {
        try await server.loops.slots[0].eventLoop.submit { [loop = server.server.loops[0]] in
            loop.value.connectionCount
        }.get()
    }
}
