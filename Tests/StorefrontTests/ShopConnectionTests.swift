import NIOCore
import TestSupport
import Testing

@testable import Storefront

/// How the shop handles connections: what it refuses like the tiers, when it closes, and how long it waits.
@Suite struct ShopConnectionTests {
    private static func get(_ target: String, _ lines: String...) -> String {
        "GET \(target) HTTP/1.1\r\nHost: h\r\n" + lines.map { $0 + "\r\n" }.joined() + "\r\n"
    }

    private static let post =
        "POST /buy HTTP/1.1\r\nHost: h\r\nContent-Type: application/x-www-form-urlencoded\r\n"

    private static let alive = #"{"status":"alive"}"#

    // MARK: What is refused

    private static let refused: [(request: String, status: Int)] = [
        ("GET /livez HTTP/1.1\r\n\r\n", 400), ("GET /livez HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        ("GET /livez HTTP/1.1\r\nHost: a@b\r\n\r\n", 400), ("GET /livez HTTP/1.1\r\nHost: a/b\r\n\r\n", 400),
        ("GET /livez HTTP/1.1\r\nHost: a b\r\n\r\n", 400), ("GET /livez HTTP/1.1\r\nHost: a,b\r\n\r\n", 400),
        ("GET /livez HTTP/1.1\r\nHost: a:port\r\n\r\n", 400), ("GET / RTSP/1.0\r\n\r\n", 505),
        ("GET /livez HTTP/3.7\r\nHost: h\r\n\r\n", 505), ("FOO /livez HTTP/1.1\r\nHost: h\r\n\r\n", 501),
        ("CONNECT other:443 HTTP/1.1\r\nHost: other:443\r\n\r\n\u{16}\u{3}\u{1}", 501),
        ("nonsense\r\n\r\n", 501),
        ("GET /livez HTTP/1.1\r\nHost h\r\n\r\n", 400), (post + "Transfer-Encoding: \r\n\r\n", 400),
        (post + "Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n", 400),
        (post + "Transfer-Encoding: chunked\r\n\r\n5\r\nabcdefgh\r\n0\r\n\r\n", 400),
        (post + "Transfer-Encoding: chunked\r\n\r\n1;" + String(repeating: "x", count: 9_000), 400),
        (get("/livez", "Cookie: a=" + String(repeating: "c", count: 17 * 1024)), 431),
        (get("/livez?" + String(repeating: "c", count: 17 * 1024)), 431),
        (get("/livez", "Expect: the-unexpected"), 417),
    ]

    @Test(arguments: refused)
    func refusesWithAPage(request: String, status: Int) async throws {
        try await withShop { shop in
            let connection = try shop.connect()
            // Earlier requests are answered first.
            try connection.send(Self.get("/livez") + request)
            let text = try connection.receiveAll()
            #expect(text.contains(Self.alive))
            let parts = text.components(separatedBy: "HTTP/1.1 ")
            #expect(parts.count == 3 && parts.last?.hasPrefix("\(status) ") == true, "\(text.prefix(600))")
            #expect(text.contains("\r\nconnection: close\r\n"))
            #expect(text.contains("text/html") && text.contains("</html>"))
            #expect(shop.errors.isEmpty, "\(shop.errors)")
        }
    }

    @Test func explainsTooLongCookies() async throws {
        try await withShop { shop in
            let connection = try shop.connect()
            try connection.send(Self.get("/", "Cookie: a=" + String(repeating: "c", count: 17 * 1024)))
            let text = try connection.receiveAll()
            #expect(text.hasPrefix("HTTP/1.1 431 ") && text.contains("delete this site"))
            #expect(text.lowercased().contains("\r\nx-content-type-options: nosniff\r\n"))
        }
    }

    /// The shop's own cookies stay far below the limit of a head: a third of it for receipts, which the tests of
    /// purchases check, and the desk's cookies.
    @Test func ownCookiesStaySmall() {
        let desk = "; desk=" + String(repeating: "f", count: 64)
        #expect(ShopLimits.headByteCountMax / 3 + desk.utf8.count <= ShopLimits.cookieByteCountMax)
        #expect(ShopLimits.cookieByteCountMax * 2 <= ShopLimits.headByteCountMax)
    }

    // MARK: Bodies

    @Test func refusesAnIncompleteBody() async throws {
        try await withShop { shop in
            for framing in [
                "Transfer-Encoding: chunked\r\n\r\n10\r\nitem_number",
                "Content-Length: 100\r\n\r\nitem_number=1",
            ] {
                let connection = try shop.connect()
                try connection.send(Self.post + framing)
                connection.endSending()
                #expect(try connection.receiveAll().hasPrefix("HTTP/1.1 400 "))
            }
            // The server has begun to read a long body.
            for end in ["zz\r\n", nil] {
                let connection = try shop.connect()
                try connection.send(Self.post + "Transfer-Encoding: chunked\r\n\r\n186a0\r\n")
                try connection.send(String(repeating: "a", count: 100_000) + "\r\n" + (end ?? ""))
                if end == nil { connection.endSending() }
                let text = try connection.receiveAll()
                #expect(text.hasPrefix("HTTP/1.1 400 "), "\(text.prefix(300))")
                #expect(text.components(separatedBy: "HTTP/1.1 ").count == 2)
            }
            let gone = try shop.connect()
            try gone.send(
                Self.post + "Transfer-Encoding: chunked\r\n\r\n186a0\r\n"
                    + String(repeating: "a", count: 90_000))
            gone.reset()
            #expect(try request("GET", "/livez", port: shop.port).status == 200)
            #expect(shop.errors.isEmpty, "\(shop.errors)")
        }
    }

    @Test func bodiesWithABlankBehindTheirLength() async throws {
        try await withShop { shop in
            let connection = try shop.connect()
            try connection.send(Self.post + "Content-Length: 5 \r\n\r\nabcde" + Self.get("/livez"))
            #expect(try connection.receiveReplies(2).map(\.status) == [400, 200])
        }
    }

    @Test func aContinueIsSentBeforeTheBody() async throws {
        try await withShop { shop in
            let connection = try shop.connect()
            try connection.send(Self.post + "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n")
            #expect(try connection.receiveReplies(1).map(\.status) == [100])
            try connection.send("abcde")
            #expect(try connection.receiveReplies(1).map(\.status) == [400])
        }
    }

    // MARK: How long a connection lasts

    @Test(arguments: [
        "GET /livez HTTP/1.0\r\n\r\n", "GET /livez HTTP/1.0\r\nHost: h\r\n\r\n",
        get("/livez", "Connection: Close"),
        get("/livez", "Connection: foo, close"), get("/livez", "Connection: close"),
        get("/livez", "Connection: foo", "Connection: CLOSE"),
        get(
            "/livez", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c",
            "HTTP2-Settings: AAMAAABkAAQAAP__"),
        get("/livez", "Connection: Upgrade", "Upgrade: websocket"),
    ])
    func closesAfterTheAnswer(request: String) async throws {
        try await withShop { shop in
            let connection = try shop.connect()
            try connection.send(request)
            let text = try connection.receiveAll()
            #expect(text.hasPrefix("HTTP/1.1 200 OK\r\n") && text.hasSuffix(Self.alive))
            #expect(text.lowercased().contains("\r\nconnection: close\r\n"))
            #expect(!text.lowercased().contains("transfer-encoding"))
            // Requests behind the last one are not answered.
            let more = try shop.connect()
            try more.send(request + Self.get("/livez"))
            #expect(try more.receiveAll().components(separatedBy: "HTTP/1.1 200").count == 2)
        }
    }

    @Test func keepsConnectionsOpenWherePossible() async throws {
        try await withShop { shop in
            let connection = try shop.connect()
            for _ in 0..<2 {
                try connection.send("GET /livez HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
                let reply = try connection.receiveReplies(1).first
                #expect(reply?.status == 200 && reply?.headers["connection"] == "keep-alive")
            }
            let modern = try shop.connect()
            try modern.send(
                Self.get("/livez") + Self.get("/metrics") + Self.get("/nothing")
                    + Self.get("/livez", "Connection: close"))
            let text = try modern.receiveAll()
            #expect(text.components(separatedBy: "HTTP/1.1 ").count == 5 && text.hasSuffix(Self.alive))
            let half = try shop.connect()
            try half.send(Self.get("/metrics") + Self.get("/livez"))
            half.endSending()
            #expect(try half.receiveAll().hasSuffix(Self.alive))
        }
    }

    @Test func requestsThatTakeTooLong() async throws {
        try await withShop(quickShopLimits { $0.requestReadTimeMax = .milliseconds(150) }) { shop in
            for begin in [
                "GET /li", Self.post + "Content-Length: 1000000000\r\n\r\na",
                "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n",
                "GET /livez HTTP/1.1\r\nHost: h\r\n",
            ] {
                let connection = try shop.connect()
                try connection.send(begin)
                let text = try connection.receiveAll()
                #expect(
                    text.hasPrefix("HTTP/1.1 408 ") && text.contains("connection: close"),
                    "\(begin): \(text.prefix(200))")
            }
            // After a complete request the time starts again.
            let second = try shop.connect()
            try second.send(Self.get("/livez") + "GET /li")
            let text = try second.receiveAll()
            #expect(text.hasPrefix("HTTP/1.1 200 ") && text.contains("HTTP/1.1 408 "))
            // A route that refuses a long body has answered; then the connection ends.
            let long = try shop.connect()
            try long.send(
                "POST /livez HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000000\r\n\r\n"
                    + String(repeating: "a", count: 100_000))
            let answer = try long.receiveAll()
            #expect(
                answer.hasPrefix("HTTP/1.1 405 ") && answer.components(separatedBy: "HTTP/1.1 ").count == 2)
            #expect(shop.errors.isEmpty, "\(shop.errors)")
        }
    }

    @Test func connectionsWithoutARequestEnd() async throws {
        try await withShop(quickShopLimits { $0.idleTimeMax = .milliseconds(100) }) { shop in
            let silent = try shop.connect()
            #expect(try silent.receiveAll().isEmpty)
            let kept = try shop.connect()
            try kept.send(Self.get("/livez"))
            #expect(try kept.receiveAll().hasSuffix(Self.alive))
        }
    }

    @Test func disconnectsAClientThatNeverReads() async throws {
        try await withShop(quickShopLimits { $0.writeTimeMax = .milliseconds(200) }) { shop in
            let connection = try shop.connect()
            // More answers than the system's buffers hold.
            let ask = String(repeating: Self.get("/metrics"), count: 100)
            var isCutOff = false
            for _ in 0..<2_000 where !isCutOff {
                do { try connection.send(ask) } catch { isCutOff = true }
            }
            #expect(isCutOff)
            #expect(try request("GET", "/livez", port: shop.port).status == 200)
        }
    }

    // MARK: How many there may be

    @Test func aFullShopSaysSo() async throws {
        let limits = quickShopLimits {
            $0.connectionCountMax = 4
            $0.connectionsPerAddressMax = 4
        }
        try await withShop(limits) { shop in
            var held = try (0..<4).map { _ in try shop.connect() }
            for connection in held {
                try connection.send(Self.get("/livez"))
                #expect(try connection.receiveReplies(1).map(\.status) == [200])
            }
            let further = try shop.connect(from: 2)
            try further.send(Self.get("/livez"))
            let text = try further.receiveAll()
            #expect(
                text.hasPrefix("HTTP/1.1 503 ") && text.contains("retry-after: 5") && text.contains("full"))
            held.removeAll()
            while try request("GET", "/livez", port: shop.port).status != 200 {}
        }
    }

    @Test func oneAddressCannotFillTheShop() async throws {
        let limits = quickShopLimits {
            $0.connectionCountMax = 8
            $0.connectionsPerAddressMax = 3
        }
        try await withShop(limits) { shop in
            let held = try (0..<3).map { _ in try shop.connect() }
            for connection in held {
                try connection.send(Self.get("/livez"))
                #expect(try connection.receiveReplies(1).map(\.status) == [200])
            }
            let greedy = try shop.connect()
            #expect(try greedy.receiveAll().hasPrefix("HTTP/1.1 503 "))
            let other = try shop.connect(from: 2)
            try other.send(Self.get("/livez", "Connection: close"))
            #expect(try other.receiveAll().hasSuffix(Self.alive))
            #expect(shop.errors.isEmpty, "\(shop.errors)")
        }
    }
}
