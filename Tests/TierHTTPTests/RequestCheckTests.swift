import NIOHTTP1
import Testing

@testable import TierHTTP

/// The check of a request's head, without sockets.
@Suite struct RequestCheckTests {
    private func head(
        _ fields: HTTPHeaders, method: HTTPMethod = .POST, uri: String = "/size",
        version: HTTPVersion = .http1_1
    ) -> HTTPRequestHead {
        HTTPRequestHead(version: version, method: method, uri: uri, headers: fields)
    }

    private func status<Value>(_ body: () throws(Problem) -> Value) -> UInt {
        do throws(Problem) {
            _ = try body()
            return 200
        } catch {
            return error.status.code
        }
    }

    private func status(_ head: HTTPRequestHead) -> UInt {
        status { () throws(Problem) in try RequestCheck(head) }
    }

    @Test(arguments: [
        "h", "127.0.0.1", "127.0.0.1:8000", "localhost:8000", "shop.example.com", "a_b-c.d", "[::1]",
        "[::1]:8000",
        "h:", "h:0", "h:65535", " h ", "h\t", "EXAMPLE.com.", "xn--bcher-kva.example",
    ])
    func hosts(host: String) {
        #expect(status(head(["Host": host])) == 200)
    }

    @Test(arguments: [
        "", " ", "a@b", "a/b", "a b", "a,b", "a:port", "a:80:80", "a:65536", "a:999999", "a:+80", "a:-1",
        ":80",
        "[::1", "::1", "[::1]x", "[::1]:x", "[g::1]", "[]", "a\\b", "a?b", "a#b", "a%00b", "a\"b", "<a>", "ä",
        "a;b",
        "http://a", "user:secret@a", String(repeating: "a", count: 255),
    ])
    func noHosts(host: String) {
        #expect(status(head(["Host": host])) == 400)
        let target = head(["Host": "h"], uri: "http://\(host)/size")
        if !host.contains(where: { "/?# \t".contains($0) }) {
            #expect(status(target) == 400)
        }
    }

    @Test func requiresExactlyOneHost() {
        let cases: [(HTTPHeaders, HTTPVersion, UInt)] = [
            ([:], .http1_1, 400), ([:], .http1_0, 200), (["Host": "a", "host": "a"], .http1_1, 400),
            (["Host": "a", "host": "b"], .http1_0, 400),
        ]
        for (fields, version, wanted) in cases {
            let head = head(fields, version: version)
            #expect(status(head) == wanted, "\(fields)")
        }
    }

    @Test func theTargetHostOverridesTheField() throws {
        let check = try RequestCheck(head(["Host": "a:1"], uri: "http://B:2/size"))
        #expect(check.host?.name == "B" && check.host?.port == 2)
        #expect(try RequestCheck(head(["Host": "[::1]:9"])).host?.name == "[::1]")
    }

    private static let goodBodies: [([(String, String)], RequestCheck.Body)] = [
        ([("Content-Length", "5")], .length(5)), ([("Content-Length", "5 ")], .length(5)),
        ([("content-length", " \t5 \t ")], .length(5)), ([("Content-Length", "0")], .length(0)),
        ([("Content-Length", String(repeating: "9", count: 30))], .length(.max)),
        ([], RequestCheck.Body.none),
        ([("Transfer-Encoding", "chunked")], .chunked), ([("transfer-encoding", " Chunked ")], .chunked),
    ]

    private static let badBodies: [[(String, String)]] = [
        [("Transfer-Encoding", "")], [("Transfer-Encoding", " ")], [("Transfer-Encoding", "gzip, chunked")],
        [("Transfer-Encoding", "identity")], [("Transfer-Encoding", "chunked, chunked")],
        [("Transfer-Encoding", "chunked"), ("Transfer-Encoding", "chunked")],
        [("Transfer-Encoding", "chunked"), ("Content-Length", "3")], [("Content-Length", "")],
        [("Content-Length", "+5")], [("Content-Length", "5 5")],
        [("Content-Length", "5"), ("Content-Length", "5")],
    ]

    @Test(arguments: goodBodies)
    func bodies(fields: [(String, String)], body: RequestCheck.Body) throws {
        #expect(try RequestCheck(head(HTTPHeaders([("Host", "h")] + fields))).body == body)
    }

    @Test(arguments: badBodies)
    func noBodies(fields: [(String, String)]) {
        let head = head(HTTPHeaders([("Host", "h")] + fields))
        #expect(status(head) == 400)
    }

    @Test func refusesOtherInvalidHeads() throws {
        for (head, wanted) in [
            (head(["Host": "h", "Transfer-Encoding": "chunked"], version: .http1_0), 400 as UInt),
            (head(["Host": "h:443"], method: .CONNECT, uri: "h:443"), 501),
            (head(["Host": "h", "Expect": "the-unexpected"]), 417),
        ] {
            #expect(status(head) == wanted)
        }
        let waiting: HTTPHeaders = ["Host": "h", "Expect": "100-Continue", "Content-Length": "3"]
        #expect(try RequestCheck(head(waiting)).expectsContinue)
        #expect(try !RequestCheck(head(waiting, version: .http1_0)).expectsContinue)
        #expect(try !RequestCheck(head(["Host": "h", "Expect": "100-continue"])).expectsContinue)
        #expect(try RequestCheck(head(["Host": "h", "upgrade": "h2c"])).isLast)
        #expect(try RequestCheck(head(["Host": "h", "connection": "close"])).isLast)
        #expect(try !RequestCheck(head(["Host": "h"])).isLast)
    }

    @Test(arguments: [
        ("127.0.0.1:8000", true), ("127.9.9.9", true), ("localhost", true), ("LocalHost.:1", true),
        ("shop.localhost", true), ("[::1]:8000", true), ("catalog", true), ("CATALOG:1", true),
        ("evil.example:8000", false), ("127.0.0.1.evil.example", false), ("localhost.evil.example", false),
        ("192.0.2.1", false), ("catalog.evil", false), ("[::2]", false), ("127.0.0.256", false),
        ("0.0.0.0", false),
    ])
    func onlyLoopbackNamesAndTheOwn(host: String, isAnswered: Bool) throws {
        let check = try RequestCheck(head(["Host": host]))
        let wanted: UInt = isAnswered ? 200 : 421
        let hosts = AnsweredHosts.loopback(or: "catalog")
        let guarded = status { () throws(Problem) in try hosts.admit(check.host) }
        let open = status { () throws(Problem) in try AnsweredHosts.any.admit(check.host) }
        #expect(guarded == wanted && open == 200)
    }

    /// A field's name and value; what a tier makes of it, and what the web shop does.
    @Test(arguments: [
        ("Sec-Fetch-Site", "same-origin", true, true), ("Sec-Fetch-Site", "none", true, true),
        ("Sec-Fetch-Site", "same-site", true, false), ("sec-fetch-site", "cross-site", false, false),
        ("Sec-Fetch-Site", "", false, false), ("Sec-Fetch-Site", "Same-Origin", false, false),
        ("Origin", "http://h:8000", true, true), ("Origin", "https://h:8000", true, true),
        ("ORIGIN", "http://H:8000", true, true), ("Origin", "http://h", false, false),
        ("Origin", "http://h:8001", false, false), ("Origin", "http://evil.example:8000", false, false),
        ("Origin", "null", false, false), ("Origin", "", false, false), ("Origin", "h:8000", false, false),
        ("Origin", "http://x@h:8000", false, false), ("Sec-Purpose", "prefetch", false, false),
        ("Sec-Purpose", "prefetch;prerender", false, false), ("Purpose", "Prefetch", false, false),
        ("X-Moz", "prefetch", false, false), ("X-Purpose", "preview", false, false),
        ("Purpose", "", true, true),
        ("X-Other", "cross-site", true, true), ("Referer", "http://evil.example/", true, true),
    ])
    func signsOfBrowsers(name: String, value: String, atTier: Bool, inShop: Bool) throws {
        let check = try RequestCheck(head(["Host": "h:8000", name: value]))
        #expect((check.signs.refusal(host: check.host, reach: .site) == nil) == atTier)
        #expect((check.signs.refusal(host: check.host, reach: .origin) == nil) == inShop)
    }

    @Test func fetchSiteOverridesTheOrigin() throws {
        let own = try RequestCheck(
            head(["Host": "internal:8000", "Sec-Fetch-Site": "same-origin", "Origin": "https://shop.example"])
        )
        #expect(own.signs.refusal(host: own.host, reach: .site) == nil)
        let doubled = try RequestCheck(
            head(["Host": "h", "Sec-Fetch-Site": "same-origin", "sec-fetch-site": "cross-site"]))
        #expect(doubled.signs.refusal(host: doubled.host, reach: .site)?.status == .forbidden)
        let usualPort = try RequestCheck(
            head(["Host": "shop.example", "Origin": "https://shop.example:443"]))
        #expect(usualPort.signs.refusal(host: usualPort.host, reach: .site) == nil)
    }

    @Test(arguments: [
        ("application/json", true), ("Application/JSON; charset=utf-8", true), ("application/json ;x", true),
        ("application/problem+json", true), ("text/plain", false),
        ("application/x-www-form-urlencoded", false),
        ("multipart/form-data; boundary=x", false), ("text/json", false), ("", false),
        ("application/jsonx", false),
        ("text/plain; application/json", false),
    ])
    func typesOfBodies(type: String, isJSON: Bool) throws {
        let check = try RequestCheck(head(["Host": "h", "Content-Type": type]))
        let named = status { () throws(Problem) in try check.requireJSON() }
        let unnamed = try RequestCheck(head(["Host": "h"]))
        let without = status { () throws(Problem) in try unnamed.requireJSON() }
        #expect((named == 200) == isJSON && without == 200)
    }
}
