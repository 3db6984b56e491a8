import Foundation
import FoundationXML
import HTTPTypes
import Hummingbird
import Model
import NIOCore
import Testing

@testable import Storefront

/// What search engines and those who are sent an address get to see.
@Suite struct CrawlerTests {
    private func request(_ host: String?, _ lines: [String: String] = [:]) throws -> Request {
        var head = HTTPRequest(method: .get, scheme: "http", authority: host, path: "/book/7")
        for (name, value) in lines { head.headerFields[try #require(HTTPField.Name(name))] = value }
        return Request(head: head, body: RequestBody(buffer: ByteBuffer()))
    }

    // MARK: Addresses

    @Test(
        arguments: [
            ("https://books.example", "https://books.example"),
            ("HTTPS://Books.Example/", "https://books.example"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"), ("https://[::1]:8443", "https://[::1]:8443"),
            ("books.example", nil), ("ftp://books.example", nil), ("https://", nil), ("https:///", nil),
            ("https://books.example/shop", nil), ("https://a b", nil), ("https://books.example?x", nil),
            ("https://ann@books.example", nil), ("https://a\"b", nil), ("https://books.example:99999", nil),
            ("", nil),
        ] as [(String, String?)])
    func readsPublicAddresses(text: String, url: String?) {
        #expect(PublicURL(parsing: text)?.description == url)
    }

    @Test func anAddressIsTheSettingsOrElseTheRequests() throws {
        let pages = try Pages()
        #expect(
            try pages.address("/book/7", for: request("shop.example:8080"))
                == "http://shop.example:8080/book/7")
        let proxied = try request("shop.example", ["x-forwarded-proto": "https,http"])
        #expect(pages.address("/", for: proxied) == "https://shop.example/")
        for host in [nil, "", "a\"><script>", "a b", "a/b", "a@b", "a?b"] {
            #expect(try pages.address("/", for: request(host)) == nil, "\(host ?? "none")")
        }
        let named = try Pages(publicURL: #require(PublicURL(parsing: "https://books.example")))
        #expect(try named.address("/topics", for: request("evil.example")) == "https://books.example/topics")
    }

    // MARK: Books as linked data

    private static let hostile = #"</script><script>alert("1")</script><!-- \ & ‘’ <\#u{338}"#

    private func book(title: String, topic: String = "birds", stock: Int64 = 3) throws -> Book {
        Book(
            item: try #require(ItemNumber(7)), title: title, topic: topic, price: try #require(Cents(1250)),
            stock: stock)
    }

    private func facts() throws -> BookFacts {
        BookFacts([
            .isbn: "9780306406157", .authors: "Ann Author; Bob Writer", .publisher: Self.hostile,
            .published: "1869-03-01", .language: "en", .description: "One.\n" + Self.hostile,
        ])
    }

    private func object(_ json: String) throws -> [String: Any] {
        try #require(JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
    }

    /// What schema.org's validator asks of a book and of its offer, and the types that the properties may have.
    private static let expected: [String: (required: Set<String>, allowed: Set<String>)] = [
        "Book": (
            ["@context", "@type", "url", "name", "offers"],
            [
                "@id", "genre", "isbn", "author", "publisher", "datePublished", "inLanguage", "description",
                "image",
            ]
        ),
        "Offer": (["@type", "price", "priceCurrency", "availability", "url"], ["itemCondition"]),
        "Person": (["@type", "name"], []), "Organization": (["@type", "name"], []),
    ]

    private func check(_ thing: Any, _ type: String) throws {
        let thing = try #require(thing as? [String: Any])
        let (required, allowed) = try #require(Self.expected[type])
        #expect(thing["@type"] as? String == type)
        #expect(required.isSubset(of: thing.keys), "\(type): \(thing.keys)")
        #expect(Set(thing.keys).isSubset(of: required.union(allowed)), "\(type): \(thing.keys)")
        for (name, value) in thing { #expect(value as? String != "", "\(type).\(name)") }
    }

    @Test(arguments: [hostile, "War and Peace"], [Int64(0), 3])
    func aBookIsLinkedData(title: String, stock: Int64) throws {
        let address = "https://books.example/book/7"
        for facts in [BookFacts.none, try facts()] {
            let json = BookMarkup.json(
                try book(title: title, topic: title, stock: stock), facts, address: address)
            #expect(!json.unicodeScalars.contains { "<>&".unicodeScalars.contains($0) }, "\(json)")
            let thing = try object(json)
            try check(thing, "Book")
            #expect(thing["@context"] as? String == "https://schema.org")
            #expect((thing["name"] as? String).map { Array($0.utf8) } == Array(title.utf8))
            let offer = try #require(thing["offers"] as? [String: Any])
            try check(offer, "Offer")
            #expect(offer["price"] as? String == "12.50" && offer["priceCurrency"] as? String == "USD")
            let word = stock == 0 ? "OutOfStock" : "InStock"
            #expect(offer["availability"] as? String == "https://schema.org/\(word)")
            guard !facts.isEmpty else { continue }
            let authors = try #require(thing["author"] as? [[String: Any]])
            for author in authors { try check(author, "Person") }
            #expect(authors.compactMap { $0["name"] as? String } == ["Ann Author", "Bob Writer"])
            try check(try #require(thing["publisher"]), "Organization")
            #expect(thing["isbn"] as? String == "9780306406157" && thing["inLanguage"] as? String == "en")
            #expect((thing["description"] as? String)?.hasSuffix(Self.hostile) == true)
        }
    }

    @Test func aTitleDoesNotEndTheScript() throws {
        let pages = try Pages()
        let address = "https://books.example/book/7"
        let book = try book(title: Self.hostile)
        let about = PageAbout(
            address: address, description: book.title, kind: .book,
            linkedData: BookMarkup.json(book, .none, address: address))
        let view = TopicsView(frame: pages.frame(book.title, about: about), topics: [], pages: nil)
        let html = String(buffer: try #require(pages.html(view, "topics")))
        #expect(
            html.components(separatedBy: "<script").count == 3
                && html.components(separatedBy: "</script>").count == 3)
        let data = try #require(html.firstMatch(of: #/<script type="application/ld\+json">(.*?)</script>/#))
        #expect(try object(String(data.1))["name"] as? String == Self.hostile)
        #expect(html.contains(#"<link rel="canonical" href="https://books.example/book/7">"#))
        #expect(html.contains(#"<meta property="og:type" content="book">"#))
        #expect(!html.contains(#"content="</script>"#))
    }

    // MARK: The sitemap

    @Test func aSitemapIsSplit() throws {
        #expect(Sitemap.parts(ofBooks: 0) == [] && Sitemap.parts(ofBooks: 1) == [1])
        #expect(Sitemap.parts(ofBooks: 50_000) == [1] && Sitemap.parts(ofBooks: 50_001) == [1, 2])
        #expect(Sitemap.parts(ofBooks: .max / 2).count == Sitemap.partCountMax)
        for text in [
            Sitemap.index(["https://a.example/sitemap-books.xml?part=1&x='\"<"]),
            Sitemap.start + Sitemap.entry("https://a.example/topic?name=a&b") + Sitemap.end,
        ] {
            let parser = XMLParser(data: Data(text.utf8))
            #expect(parser.parse(), "\(text)")
        }
    }

    @Test func robotsAndIconNeedNoStore() async throws {
        try await withShop { shop in
            let connection = try shop.connect()
            try connection.send(
                "GET /robots.txt HTTP/1.1\r\nHost: Shop.Example:81\r\n\r\n"
                    + "GET /favicon.ico HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
            let text = try connection.receiveAll()
            #expect(text.contains("Disallow: /desk\n") && text.contains("Disallow: /receipt/\n"))
            #expect(text.contains("\n\nSitemap: http://shop.example:81/sitemap.xml\n"))
            #expect(text.contains("image/x-icon") && text.contains("\u{89}PNG") || text.contains("PNG\r\n"))
        }
    }

    @Test func aSitemapWithoutItsStoreIsAnError() async throws {
        try await withShop { shop in
            let connection = try shop.connect()
            try connection.send(
                "GET /sitemap-books.xml?part=1 HTTP/1.1\r\nHost: h\r\n\r\n"
                    + "GET /sitemap-books.xml?part=0 HTTP/1.1\r\nHost: h\r\n\r\n"
                    + "GET /sitemap-books.xml?part=99999999999999999 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
            )
            let text = try connection.receiveAll()
            #expect(text.components(separatedBy: "HTTP/1.1 503 ").count == 2)
            #expect(text.components(separatedBy: "HTTP/1.1 404 ").count == 3)
        }
    }
}
