import Monitoring
import NIOCore
import TestSupport
import Testing

@testable import TierHTTP

/// What a tier admits, over real connections: hosts, sites, types of bodies, and input that is not HTTP.
@Suite struct RequestGateTests {
    private func statuses(_ server: TestServer, _ requests: String...) throws -> [Int] {
        let connection = try server.connect()
        try connection.send(requests.joined())
        return try connection.receiveReplies(requests.count).map(\.status)
    }

    @Test(arguments: ["a@b", "a/b", "a b", "a,b", "a:port", ""])
    func aHostThatIsNone(host: String) async throws {
        try await withServer { server in
            let connection = try server.connect()
            try connection.send("GET /echo?text=1 HTTP/1.1\r\nHost: \(host)\r\n\r\n" + get("/echo?text=2"))
            let text = try connection.receiveAll()
            #expect(text.hasPrefix("HTTP/1.1 400 Bad Request\r\n") && text.contains("connection: close"))
            #expect(server.count("/echo") == 1)
        }
    }

    @Test func ignoresABlankBehindTheLength() async throws {
        try await withServer { server in
            let connection = try server.connect()
            try connection.send(
                "POST /size HTTP/1.1\r\nHost: h\r\nContent-Length: 5 \r\n\r\n12345" + get("/echo?text=2"))
            #expect(try connection.receiveReplies(2).map(\.body) == [#"{"size":5}"#, #"{"text":"2"}"#])
        }
    }

    @Test(arguments: ["GET / RTSP/1.0", "GET /echo?text=1 RTSP/1.0", "SOURCE / ICE/1.0"])
    func otherProtocols(line: String) async throws {
        try await withServer { server in
            for request in [line + "\r\n\r\n", line + "\r\nHost: h\r\n\r\n"] {
                let connection = try server.connect()
                try connection.send(get("/echo?text=before") + request)
                let text = try connection.receiveAll()
                #expect(text.contains(#"{"text":"before"}"#) && text.contains("HTTP/1.1 505 "))
                let slow = try server.connect()
                try slow.drip(request)
                #expect(try slow.receiveAll().hasPrefix("HTTP/1.1 505 "))
            }
            #expect(server.inFlight == 0)
        }
    }

    @Test func refusesAnEmptyTransferEncoding() async throws {
        try await withServer { server in
            let connection = try server.connect()
            try connection.send("POST /size HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: \r\n\r\n")
            #expect(try connection.receiveAll().hasPrefix("HTTP/1.1 400 "))
        }
    }

    @Test func chunksThatSayTooMuch() async throws {
        try await withServer { server in
            let head = "POST /size HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
            let polite = try server.connect()
            try polite.send(
                head + "1;a=\(String(repeating: "x", count: 4_000))\r\na\r\n0\r\n\r\n" + get("/echo?text=2"))
            #expect(try polite.receiveReplies(2).map(\.body) == [#"{"size":1}"#, #"{"text":"2"}"#])
            let one = try server.connect()
            try one.send(head + "1;" + String(repeating: "x", count: 100_000))
            #expect(try one.receiveAll().hasPrefix("HTTP/1.1 400 "))
            let many = try server.connect()
            try many.send(
                head + String(repeating: "1;" + String(repeating: "x", count: 50) + "\r\na\r\n", count: 200))
            #expect(try many.receiveAll().hasPrefix("HTTP/1.1 400 "))
        }
    }

    /// The time limit also applies to a head that begins in the packet of the previous request.
    @Test func aPipelinedHeadTimesOut() async throws {
        try await withServer(quickLimits { $0.requestReadTimeMax = .milliseconds(100) }) { server in
            let connection = try server.connect()
            try connection.send(get("/echo?text=1") + "GET /ec")
            let text = try connection.receiveAll()
            #expect(text.contains(#"{"text":"1"}"#) && text.contains("HTTP/1.1 408 "))
        }
    }

    // MARK: Hosts

    @Test func withoutATokenOnlyLoopbackNamesAreAllowed() async throws {
        try await withServer(hosts: .loopback(or: "catalog")) { server in
            for (host, wanted) in [
                ("127.0.0.1:1", 200), ("localhost", 200), ("[::1]:5", 200), ("Catalog:8001", 200), ("h", 421),
                ("evil.example:8000", 421),
            ] {
                for line in ["GET /echo?text=1", "POST /size", "GET /guarded", "GET /livez"] {
                    let connection = try server.connect()
                    try connection.send("\(line) HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\r\n")
                    let reply = try #require(try connection.receiveReplies(1).first)
                    #expect(reply.status == wanted, "\(host) \(line)")
                    if wanted == 421 { #expect(reply.headers["content-type"] == "application/problem+json") }
                }
            }
            let old = try server.connect()
            try old.send("GET /echo?text=1 HTTP/1.0\r\n\r\n")
            #expect(try old.receiveAll().hasPrefix("HTTP/1.1 200 "))
            let absolute = try server.connect()
            try absolute.send("GET http://evil.example/echo?text=1 HTTP/1.1\r\nHost: localhost\r\n\r\n")
            #expect(try absolute.receiveAll().hasPrefix("HTTP/1.1 421 "))
        }
    }

    // MARK: Sites

    private static let foreign = [
        "Sec-Fetch-Site: cross-site", "Origin: http://evil.example", "Origin: null", "Sec-Purpose: prefetch",
        "Purpose: prefetch", "X-Moz: prefetch",
    ]

    @Test(arguments: foreign) func requestsOfOtherSitesChangeNothing(field: String) async throws {
        let token = try BearerToken(parsing: "0123456789abcdef")
        for token in [nil, token] {
            try await withServer(token: token) { server in
                let shown = "Authorization: Bearer 0123456789abcdef"
                let refused = try statuses(
                    server, get("/hold?name=a", field), get("/guarded", field), get("/guarded", field, shown),
                    "POST /size HTTP/1.1\r\nHost: h\r\n\(field)\r\nContent-Length: 1\r\n\r\nx",
                    "POST /json HTTP/1.1\r\nHost: h\r\n\(field)\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}",
                    "POST /batch HTTP/1.1\r\nHost: h\r\n\(field)\r\n\(shown)\r\nContent-Length: 2\r\n\r\nxx")
                #expect(refused == [403, 403, 403, 403, 403, 403])
                #expect(server.gates.seen.isEmpty && server.count("/guarded") == 0)
                // Reading is open to all, and paths and methods are not secret.
                #expect(
                    try statuses(server, get("/big?bytes=1", field), get("/nothing", field)) == [200, 404])
            }
        }
    }

    @Test(arguments: [
        "Sec-Fetch-Site: same-origin", "Sec-Fetch-Site: same-site", "Sec-Fetch-Site: none",
        "Origin: http://h",
        "X-Other: 1",
    ]) func whatTheOwnSiteSendsIsTaken(field: String) async throws {
        try await withServer { server in
            let taken = try statuses(
                server, get("/echo?text=1", field), get("/guarded", field),
                "POST /size HTTP/1.1\r\nHost: h\r\n\(field)\r\nContent-Length: 1\r\n\r\nx")
            #expect(taken == [200, 200, 200])
        }
    }

    // MARK: Types

    @Test func jsonRoutesTakeJSONOnly() async throws {
        try await withServer { server in
            func post(_ type: String?) -> String {
                "POST /json HTTP/1.1\r\nHost: h\r\n" + (type.map { "Content-Type: \($0)\r\n" } ?? "")
                    + "Content-Length: 2\r\n\r\n{}"
            }
            let answers = try statuses(
                server, post("application/json"), post("application/json; charset=utf-8"), post(nil),
                post("text/plain"), post("application/x-www-form-urlencoded"), post("multipart/form-data"))
            #expect(answers == [200, 200, 200, 415, 415, 415])
            #expect(server.count("/json") == 3)
        }
    }

    // MARK: Figures

    @Test(arguments: [
        "FOO / HTTP/1.1\r\nHost: h", "GET / HTTP/3.7\r\nHost: h", "CONNECT a:1 HTTP/1.1\r\nHost: a:1",
        "GET / RTSP/1.0",
    ])
    func aPortScanCountsAsRefused(line: String) async throws {
        try await withServer { server in
            let connection = try server.connect()
            try connection.send(line + "\r\n\r\n")
            _ = try connection.receiveAll()
            try await eventually("it is counted") { server.count("other") == 1 }
            let page = try request("GET", "/metrics", port: server.port).body
            #expect(page.contains(#"http_server_requests_total{route="other",outcome="refused"} 1"#))
            #expect(!page.contains(#"route="other",outcome="error"} 1"#))
        }
    }
}
