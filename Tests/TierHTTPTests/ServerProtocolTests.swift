import NIOCore
import TestSupport
import Testing

@testable import TierHTTP

/// Well-formed requests in every form.
@Suite struct ServerProtocolTests {
    @Test func pipelinedAnswersKeepRequestOrder() async throws {
        try await withServer { server in
            let connection = try server.connect()
            try connection.send(
                get("/hold?name=a") + get("/echo?text=b") + get("/hold?name=c") + get("/echo?text=d"))
            try await eventually("both wait") { server.gates.names == ["a", "c"] }
            server.gates.open("c")
            try await eventually("c has ended") { server.count("/hold") == 1 }
            server.gates.open("a")
            let replies = try connection.receiveReplies(4)
            #expect(
                replies.map(\.body) == [
                    #"{"gate":"a"}"#, #"{"text":"b"}"#, #"{"gate":"c"}"#, #"{"text":"d"}"#,
                ])
            #expect(replies.allSatisfy { $0.status == 200 && $0.headers["connection"] == nil })
            #expect(server.inFlight == 0)
        }
    }

    @Test func requestsByteByByte() async throws {
        try await withServer { server in
            let connection = try server.connect()
            try connection.drip(
                get("/echo?text=one") + "POST /size HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n12345")
            try connection.drip(
                "POST /size HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n4\r\ndefg\r\n0\r\nT: v\r\n\r\n"
            )
            let replies = try connection.receiveReplies(3)
            #expect(replies.map(\.body) == [#"{"text":"one"}"#, #"{"size":5}"#, #"{"size":7}"#])
        }
    }

    @Test func manyRequestsInOnePacket() async throws {
        try await withServer { server in
            let connection = try server.connect()
            try connection.send((0..<500).map { get("/echo?text=\($0)") }.joined())
            let replies = try connection.receiveReplies(500)
            #expect(replies.map(\.body) == (0..<500).map { #"{"text":"\#($0)"}"# })
        }
    }

    @Test func requestsSplitAnywhere() async throws {
        try await withServer { server in
            let text =
                "\r\nPOST /size?x=%20 HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc"
                + "POST /size HTTP/1.1\r\nhost:h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nde\r\n0\r\n\r\n"
            for split in 1..<text.utf8.count {
                let connection = try server.connect()
                try connection.send(Array(text.utf8.prefix(split)))
                try connection.send(Array(text.utf8.dropFirst(split)))
                #expect(try connection.receiveReplies(2).map(\.body) == [#"{"size":3}"#, #"{"size":2}"#])
            }
        }
    }

    @Test func http10ClosesAfterTheAnswer() async throws {
        try await withServer { server in
            let connection = try server.connect()
            try connection.send("GET /echo?text=old HTTP/1.0\r\n\r\n")
            let text = try connection.receiveAll()
            #expect(text.hasSuffix(#"{"text":"old"}"#))
            #expect(text.lowercased().contains("\r\nconnection: close\r\n"))
        }
    }

    @Test func http10MayKeepTheConnection() async throws {
        try await withServer { server in
            let connection = try server.connect()
            for text in ["1", "2"] {
                try connection.send("GET /echo?text=\(text) HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
                let reply = try #require(try connection.receiveReplies(1).first)
                #expect(reply.headers["connection"] == "keep-alive")
                #expect(reply.body == #"{"text":"\#(text)"}"#)
            }
            try connection.send("GET /echo?text=3 HTTP/1.0\r\n\r\n")
            #expect(try connection.receiveAll().lowercased().contains("\r\nconnection: close\r\n"))
        }
    }

    @Test(arguments: [
        "", "\r\n", "GET /echo?text=2 HTTP/1.1\r\nHost: h\r\n\r\n", "\u{16}\u{3}\u{1}garbage\r\n\r\n",
    ])
    func afterConnectionCloseNothingIsAnswered(rest: String) async throws {
        try await withServer { server in
            let connection = try server.connect()
            try connection.send(get("/hold?name=a", "Connection: close") + rest)
            try await eventually("it waits") { server.gates.names == ["a"] }
            try connection.send(rest)
            server.gates.open("a")
            let text = try connection.receiveAll()
            #expect(text.contains("connection: close"))
            #expect(text.hasSuffix(#"{"gate":"a"}"#))
            #expect(server.count("/echo") == 0)
        }
    }

    @Test func headHasTheLengthAndNoBody() async throws {
        try await withServer { server in
            let connection = try server.connect()
            try connection.send(
                "HEAD /livez HTTP/1.1\r\nHost: h\r\n\r\n" + "HEAD /nothing HTTP/1.1\r\nHost: h\r\n\r\n"
                    + get("/echo?text=2", "Connection: close"))
            let text = try connection.receiveAll()
            let parts = text.components(separatedBy: "\r\n\r\n")
            try #require(parts.count == 4)
            #expect(parts[0].hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(parts[0].contains("content-length: 18"))
            #expect(parts[1].hasPrefix("HTTP/1.1 404 Not Found\r\n"))
            #expect(parts[3] == #"{"text":"2"}"#)
        }
    }

    /// A GET of such a route buys or changes something; a HEAD must not.
    @Test func headDoesNothingWherePostIsAnswered() async throws {
        try await withServer { server in
            let connection = try server.connect()
            try connection.send(
                "HEAD /echo?text=1 HTTP/1.1\r\nHost: h\r\n\r\n" + get("/echo?text=2", "Connection: close"))
            let text = try connection.receiveAll()
            #expect(text.hasPrefix("HTTP/1.1 405 Method Not Allowed\r\n"))
            #expect(text.contains("allow: GET, POST\r\n"))
            #expect(server.count("/echo") == 1)
        }
    }

    @Test(arguments: ["OPTIONS", "TRACE", "PUT", "DELETE", "PATCH", "PROPFIND", "SOURCE"])
    func methodsThatARouteLacks(method: String) async throws {
        try await withServer { server in
            let connection = try server.connect()
            try connection.send("\(method) /echo?text=1 HTTP/1.1\r\nHost: h\r\n\r\n" + get("/echo?text=2"))
            let replies = try connection.receiveReplies(2)
            #expect(replies.map(\.status) == [405, 200])
            #expect(replies.first?.headers["allow"] == "GET, POST")
            #expect(replies.first?.headers["content-type"] == "application/problem+json")
        }
    }

    @Test(arguments: ["FOO", "get", "GETT", "G"])
    func methodsThatHTTPLacks(method: String) async throws {
        try await withServer { server in
            let connection = try server.connect()
            try connection.send("\(method) /echo?text=1 HTTP/1.1\r\nHost: h\r\n\r\n")
            let text = try connection.receiveAll()
            #expect(text.hasPrefix("HTTP/1.1 501 "))
            #expect(text.contains("connection: close"))
        }
    }

    @Test func connectIsRefused() async throws {
        try await withServer { server in
            let connection = try server.connect()
            try connection.send("CONNECT other:443 HTTP/1.1\r\nHost: other:443\r\n\r\n\u{16}\u{3}\u{1}")
            let text = try connection.receiveAll()
            #expect(text.hasPrefix("HTTP/1.1 501 "))
            #expect(text.contains("connection: close"))
        }
    }

    @Test(arguments: ["HTTP/2.0", "HTTP/0.9", "HTTP/3.7"])
    func versionsThatAreNotSpoken(version: String) async throws {
        try await withServer { server in
            let connection = try server.connect()
            try connection.send("GET /echo?text=1 \(version)\r\nHost: h\r\n\r\n" + get("/echo?text=2"))
            #expect(try connection.receiveAll().hasPrefix("HTTP/1.1 505 "))
        }
    }

    @Test(arguments: [
        ("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n"),
        ("Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZQ==\r\n"),
        ("Upgrade: h2c\r\n"),
    ]) func anUpgradeIsIgnored(lines: String) async throws {
        try await withServer { server in
            let connection = try server.connect()
            try connection.send("GET /hold?name=a HTTP/1.1\r\nHost: h\r\n\(lines)\r\n")
            try await eventually("it waits") { server.gates.names == ["a"] }
            try connection.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
            server.gates.open("a")
            let text = try connection.receiveAll()
            #expect(text.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(text.hasSuffix(#"{"gate":"a"}"#))
        }
    }

    @Test func absoluteForm() async throws {
        try await withServer { server in
            let connection = try server.connect()
            try connection.send(get("http://elsewhere:80/echo?text=1") + get("http://elsewhere"))
            #expect(try connection.receiveReplies(2).map(\.status) == [200, 404])
        }
    }

    @Test func aContinueIsSentBeforeTheBody() async throws {
        try await withServer { server in
            let connection = try server.connect()
            for _ in 0..<2 {
                try connection.send(
                    "POST /size HTTP/1.1\r\nHost: h\r\nExpect: 100-Continue\r\nContent-Length: 3\r\n\r\n")
                #expect(try connection.receiveReplies(1).map(\.status) == [100])
                try connection.send("abc")
                #expect(try connection.receiveReplies(1).map(\.body) == [#"{"size":3}"#])
            }
        }
    }

    @Test func aContinueDoesNotOvertakeEarlierAnswers() async throws {
        // The client waits for the server here, so the limit for its sending must not run meanwhile.
        let limits = quickLimits { $0.requestReadTimeMax = .milliseconds(200) }
        try await withServer(limits) { server in
            let connection = try server.connect()
            let late = try server.connect()
            try connection.send(
                get("/hold?name=a")
                    + "POST /size HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
            try await eventually("it waits") { server.gates.names == ["a"] }
            try late.send("GET /")
            #expect(try late.receiveReplies(1).map(\.status) == [408])
            server.gates.open("a")
            #expect(try connection.receiveReplies(2).map(\.status) == [200, 100])
            try connection.send("abc")
            #expect(try connection.receiveReplies(1).map(\.body) == [#"{"size":3}"#])
        }
    }

    @Test func sendsNoUnneededContinue() async throws {
        try await withServer { server in
            let old = try server.connect()
            try old.send("POST /size HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc")
            #expect(try old.receiveAll().hasPrefix("HTTP/1.1 200 OK\r\n"))
            let tooLong = try server.connect()
            try tooLong.send(
                "POST /size HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 9999999\r\n\r\n")
            #expect(try tooLong.receiveAll().hasPrefix("HTTP/1.1 413 "))
            let without = try server.connect()
            try without.send(get("/echo?text=1", "Expect: 100-continue"))
            #expect(try without.receiveReplies(1).map(\.status) == [200])
        }
    }

    @Test func noContinueAfterARefusal() async throws {
        try await withServer(quickLimits { $0.bodyBytesMax = 4 }) { server in
            let connection = try server.connect()
            try connection.send(
                get("/hold?name=a")
                    + "POST /size HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + "5\r\nabcde\r\n0\r\n\r\n")
            try await eventually("it waits") { server.gates.names == ["a"] }
            server.gates.open("a")
            let text = try connection.receiveAll()
            #expect(text.contains("HTTP/1.1 413 "))
            #expect(!text.contains("100 Continue"))
        }
    }

    @Test func otherExpectationsFail() async throws {
        try await withServer { server in
            let connection = try server.connect()
            try connection.send(get("/echo?text=1", "Expect: the-unexpected"))
            #expect(try connection.receiveAll().hasPrefix("HTTP/1.1 417 "))
        }
    }

    @Test func answersAHalfClosedClient() async throws {
        try await withServer { server in
            let connection = try server.connect()
            let count = 16 * 1024 * 1024
            try connection.send(get("/hold?name=a") + get("/big?bytes=\(count)"))
            connection.endSending()
            try await eventually("it waits") { server.gates.names == ["a"] }
            server.gates.open("a")
            let text = try connection.receiveAll()
            #expect(text.utf8.count > count)
            #expect(text.contains(#"{"gate":"a"}"#))
            #expect(text.contains("content-length: \(count)\r\n"))
        }
    }
}
