import NIOCore
import TestSupport
import Testing

@testable import TierHTTP

/// Requests that are malformed, too large or ambiguous, and errors of routes.
@Suite struct ServerRefusalTests {
    private static func post(_ lines: String, _ body: String) -> String {
        "POST /size HTTP/1.1\r\nHost: h\r\n\(lines)\r\n\r\n\(body)"
    }

    /// Requests whose end is ambiguous, and other invalid input.
    @Test(arguments: [
        post("Content-Length: 3\r\nTransfer-Encoding: chunked", "0\r\n\r\n"),
        post("Transfer-Encoding: chunked\r\nContent-Length: 3", "0\r\n\r\n"),
        post("Content-Length: 3\r\nContent-Length: 5", "abcde"),
        post("Content-Length: 3\r\nContent-Length: 3", "abc"),
        post("Content-Length: 3, 3", "abc"),
        post("Content-Length: -3", "abc"), post("Content-Length: +3", "abc"),
        post("Content-Length: 0x3", "abc"),
        post("Content-Length: 99999999999999999999", "abc"), post("Content-Length: ", "abc"),
        post("Content-Length : 3", "abc"), post(" Content-Length: 3", "abc"),
        post("Transfer-Encoding: gzip", "abc"), post("Transfer-Encoding: chunked, gzip", "0\r\n\r\n"),
        post("Transfer-Encoding: xchunked", "0\r\n\r\n"),
        post("Transfer-Encoding: chunked", "zz\r\nabc\r\n0\r\n\r\n"),
        post("Transfer-Encoding: chunked", "-1\r\nabc\r\n0\r\n\r\n"),
        post("Transfer-Encoding: chunked", "0x3\r\nabc\r\n0\r\n\r\n"),
        post("Transfer-Encoding: chunked", "3\r\nabcd\r\n0\r\n\r\n"),
        post("Transfer-Encoding: chunked", "FFFFFFFFFFFFFFFFF\r\nabc\r\n0\r\n\r\n"),
        post("Transfer-Encoding: chunked", "3\nabc\n0\n\n"),
        post("X: a\u{0}b", ""), post("X: a\rb: c", ""), post("X\u{0}: a", ""), post("X: a\nY: b", ""),
        post(": a", ""),
        post("X: a\r\n folded", ""), post("no colon", ""),
        "POST /size HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        "GET /echo?text=1 HTTP/1.1\nHost: h\n\n",
        "GET /echo?text=1 HTTP/1.1\r\n\r\n", "GET /echo?text=1 HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET /echo?text=1 HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET /echo?text=a b HTTP/1.1\r\nHost: h\r\n\r\n", "GET\r\n\r\n", "GET /echo?text=1\r\n\r\n",
        "GET /echo?text=\u{1} HTTP/1.1\r\nHost: h\r\n\r\n",
    ]) func ambiguousRequestsAreRefused(request: String) async throws {
        try await withServer { server in
            let connection = try server.connect()
            let smuggled = "GET /hold?name=smuggled HTTP/1.1\r\nHost: h\r\n\r\n"
            try connection.send(get("/echo?text=before") + request + smuggled)
            let text = try connection.receiveAll()
            #expect(text.contains(#"{"text":"before"}"#))
            let statuses = text.components(separatedBy: "HTTP/1.1 ").dropFirst().map {
                Int($0.prefix(3)) ?? 0
            }
            #expect(statuses.count == 2)
            // Most are 400; an unknown method is 501, and an unknown version 505.
            #expect([400, 413, 501, 505].contains(statuses.last), "\(text)")
            #expect(server.gates.seen.isEmpty)
        }
    }

    @Test func refusesBytesThatAreNotUTF8() async throws {
        try await withServer { server in
            let connection = try server.connect()
            try connection.send(
                Array("GET /echo?text=".utf8) + [0xC3, 0x28] + Array(" HTTP/1.1\r\nHost: h\r\n\r\n".utf8))
            #expect(try connection.receiveReplies(1).map(\.status) == [400])
        }
    }

    @Test func bodiesUpToTheLimit() async throws {
        try await withServer(quickLimits { $0.bodyBytesMax = 1000 }) { server in
            let connection = try server.connect()
            let body = String(repeating: "b", count: 1000)
            try connection.send(Self.post("Content-Length: 1000", body))
            try connection.send(
                Self.post("Transfer-Encoding: chunked", "3e7\r\n\(body.dropLast())\r\n1\r\nb\r\n0\r\n\r\n"))
            #expect(try connection.receiveReplies(2).map(\.body) == [#"{"size":1000}"#, #"{"size":1000}"#])
        }
    }

    /// The refusal must reach a client that is still sending.
    @Test(arguments: ["Content-Length: 1000001", "Transfer-Encoding: chunked"])
    func bodiesOverTheLimit(framing: String) async throws {
        try await withServer { server in
            let connection = try server.connect()
            try connection.send(get("/hold?name=a") + Self.post(framing, "f4241\r\n"))
            try await eventually("the first waits") { server.gates.names == ["a"] }
            for _ in 0..<100 { try connection.send(String(repeating: "b", count: 10_000)) }
            server.gates.open("a")
            let text = try connection.receiveAll()
            #expect(text.contains(#"{"gate":"a"}"#))
            #expect(text.contains("HTTP/1.1 413 "))
            #expect(text.contains("connection: close"))
        }
    }

    @Test func justOverTheLimit() async throws {
        try await withServer(quickLimits { $0.bodyBytesMax = 10 }) { server in
            for request in [
                Self.post("Content-Length: 11", ""), Self.post("Content-Length: 11", "12345678901"),
                Self.post("Transfer-Encoding: chunked", "a\r\n1234567890\r\n1\r\n1\r\n0\r\n\r\n"),
            ] {
                let connection = try server.connect()
                try connection.send(request)
                #expect(try connection.receiveAll().hasPrefix("HTTP/1.1 413 "))
            }
        }
    }

    @Test(arguments: [
        "X-Long: " + String(repeating: "v", count: 16 * 1024) + "\r\n",
        (0..<30).map { "X-\($0): " + String(repeating: "v", count: 1000) + "\r\n" }.joined(),
        (0..<64).map { "X-\($0): v\r\n" }.joined(),
    ]) func headsOverTheLimit(lines: String) async throws {
        try await withServer { server in
            let connection = try server.connect()
            try connection.send(get("/hold?name=a") + "GET /echo?text=1 HTTP/1.1\r\nHost: h\r\n" + lines)
            try await eventually("the first waits") { server.gates.names == ["a"] }
            for _ in 0..<100 {
                try connection.send("X-More: " + String(repeating: "v", count: 1000) + "\r\n")
            }
            server.gates.open("a")
            let text = try connection.receiveAll()
            #expect(text.contains(#"{"gate":"a"}"#))
            #expect(text.contains("HTTP/1.1 431 "))
        }
    }

    @Test func headsUpToTheLimit() async throws {
        try await withServer { server in
            let connection = try server.connect()
            let fields = (0..<63).map { "X-\($0): v\r\n" }.joined()
            let long = "X-Long: " + String(repeating: "v", count: 15 * 1024) + "\r\n"
            try connection.send("GET /echo?text=1 HTTP/1.1\r\nHost: h\r\n\(fields)\r\n")
            try connection.send("GET /echo?text=1 HTTP/1.1\r\nHost: h\r\n\(long)\r\n")
            #expect(try connection.receiveReplies(2).map(\.status) == [200, 200])
        }
    }

    @Test func aLongTarget() async throws {
        try await withServer { server in
            let connection = try server.connect()
            try connection.send(get("/echo?text=" + String(repeating: "t", count: 20_000)))
            #expect(try connection.receiveAll().hasPrefix("HTTP/1.1 431 "))
        }
    }

    @Test(arguments: ["/nothing", "/", "/hold/a", "/echo2", "/livez/x", "*"])
    func unknownPaths(path: String) async throws {
        try await withServer { server in
            let connection = try server.connect()
            try connection.send(get(path))
            let reply = try #require(try connection.receiveReplies(1).first)
            #expect(reply.status == 404)
            #expect(reply.headers["content-type"] == "application/problem+json")
            #expect(reply.json["status"] as? Int == 404)
        }
    }

    @Test(arguments: ["/broken", "/broken-later"])
    func unexpectedErrorsGiveNothingAway(path: String) async throws {
        try await withServer { server in
            let connection = try server.connect()
            try connection.send(get(path) + get("/echo?text=1"))
            let replies = try connection.receiveReplies(2)
            #expect(replies.map(\.status) == [500, 200])
            #expect(replies.first?.headers["content-type"] == "application/problem+json")
            #expect(replies.first?.body.contains("secrets") == false)
            #expect(server.inFlight == 0)
        }
    }

    @Test(arguments: [
        ("invalid", 400, String?.none), ("unknownItem", 404, nil), ("keyReused", 422, nil),
        ("inProgress", 409, nil),
        ("unavailable", 503, "order"), ("unknown", 503, "order"), ("overloaded", 503, nil),
    ]) func storeErrorsOnTheWire(kind: String, status: Int, dependency: String?) async throws {
        try await withServer { server in
            let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
            let reply = try request(
                "GET", "/fault?kind=\(kind)", port: server.port, headers: ["traceparent": trace])
            #expect(reply.status == status)
            #expect(reply.headers["content-type"] == "application/problem+json")
            #expect((reply.headers["retry-after"] != nil) == (status == 503 || status == 409))
            #expect(reply.json["dependency"] as? String == dependency)
            #expect(reply.json["trace_id"] as? String == "0af7651916cd43dd8448eb211c80319c")
        }
    }

    @Test func missingParameters() async throws {
        try await withServer { server in
            let connection = try server.connect()
            try connection.send(
                get("/echo") + get("/echo?text=%zz") + get("/echo?text=1&text=2") + get("/echo/a%20b"))
            #expect(try connection.receiveReplies(4).map(\.status) == [400, 400, 400, 200])
        }
    }
}
