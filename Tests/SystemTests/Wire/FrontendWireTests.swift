import Foundation
import Model
import TestSupport
import Testing

extension RealProcesses {
    /// The frontend's part of the contract, byte for byte.
    @Suite struct FrontendWireTests {
        private static let distributed = """
            {"result":[{"item_number":"1","title":"How to get a good grade in 677 in 20 minutes a day"},\
            {"item_number":"2","title":"RPCs for Dummies"}]}
            """
        private static let bookThree = """
            {"result":{"item_number":"3","title":"Xen and the Art of Surviving Graduate School",\
            "type":"graduate school","cost":"5","stock":3}}
            """

        @Test func searchesLookupsAndPurchases() async throws {
            try await withStore { store in
                for target in [
                    "/search?topic=distributed+systems", "/search?topic=distributed%20systems",
                    "/search/distributed%20systems", "/search/distributed+systems",
                    "/search?other=1&topic=distributed%20systems", "/search?t%6Fpic=distributed+systems",
                ] {
                    expectJSON(try await store.get(target), Self.distributed)
                }
                for topic in ["Distributed+systems", "distributed", "distributed+systems+", "none"] {
                    expectJSON(try await store.get("/search?topic=\(topic)"), #"{"result":[]}"#)
                }
                for target in [
                    "/lookup?item_number=3", "/lookup/3", "/lookup?item_number=%33", "/lookup/%33",
                ] {
                    expectJSON(try await store.get(target), Self.bookThree)
                }
                for target in ["/buy?item_number=1", "/buy/1"] {
                    let reply = try await store.post(target)
                    expectJSON(reply, successBody)
                    #expect(reply.headers["cache-control"] == "no-store")
                }
                let old = try await store.get("/buy?item_number=1")
                expectJSON(old, successBody)
                #expect(old.headers["cache-control"] == "no-store")
                for target in ["/buy/1", "/buy?item_number=1"] {
                    expectJSON(try await store.get(target), failedBody)
                    expectJSON(try await store.post(target), failedBody)
                }
                #expect(try await store.stock(of: 1) == 0)
            }
        }

        /// Search results are ordered by number, not by file position or title.
        @Test func listsBooksByNumber() async throws {
            let books = "init,100,1,1,t,a\ninit,9,1,1,t,c\n\n# two more\ninit,21,1,1,t,b\r\ninit,3,1,1,u,d\n"
            try await withStore(books: books) { store in
                let rows = try await store.get("/search?topic=t").json["result"] as? [[String: String]]
                #expect(rows?.map { $0["item_number"] } == ["9", "21", "100"])
                for (page, numbers) in [
                    ("limit=2", ["9", "21"]), ("limit=2&after=9", ["21", "100"]), ("after=100", []),
                    ("limit=1&after=10", ["21"]),
                ] {
                    let rows =
                        try await store.get("/search?topic=t&\(page)").json["result"] as? [[String: String]]
                    #expect(rows?.map { $0["item_number"] } == numbers, "\(page)")
                }
                for page in [
                    "limit=0", "limit=-1", "limit=x", "limit=01", "limit=100001", "limit=", "after=0",
                    "after=x", "limit=1&limit=2",
                ] {
                    let name = String(page.prefix(5))
                    expectProblem(
                        try await store.get("/search?topic=t&\(page)"), 400,
                        mentions: name.filter { $0 != "=" })
                    expectProblem(
                        try await store.get("/query_by_topic?topic=t&\(page)", from: .catalog), 400)
                }
            }
        }

        /// Commas, quotes, plus and percent signs, other scripts and emoji, from the file to the client.
        @Test func carriesAnyTextUnchanged() async throws {
            let topic = #"a, "b" + 50% é 本 📚 & c/d?#e;f=g"#
            let title = #""Quoted", 100%+ – «Ω» \ 日本語 👩‍👩‍👧 <b>&amp;</b>"#
            let field = "\"" + topic.replacingOccurrences(of: "\"", with: "\"\"") + "\""
            let line = "init,7,2,9.5,\(field),\(title)"
            try await withStore(books: line + "\n") { store in
                let encoded = try #require(topic.addingPercentEncoding(withAllowedCharacters: .alphanumerics))
                let plus = encoded.replacingOccurrences(of: "%20", with: "+")
                for target in ["/search?topic=\(encoded)", "/search?topic=\(plus)", "/search/\(encoded)"] {
                    let rows = try await store.get(target).json["result"] as? [[String: String]]
                    #expect(rows == [["item_number": "7", "title": title]])
                }
                let book = try await store.book(7)
                #expect(book["title"] as? String == title)
                #expect(book["type"] as? String == topic)
                #expect(book["cost"] as? String == "9.50")
                // Text that needs no escape stays UTF-8, without \u.
                let raw = try await store.get("/lookup/7").body
                #expect(raw.contains("本 📚") && raw.contains(#"\"b\" + 50%"#) && raw.contains("👩‍👩‍👧"))
                let logged =
                    ["init,7,2,9.50,\(field),\(title)"]
                    + Array(repeating: "query_by_topic,\(topic)", count: 3)
                    + ["query_by_item,7", "query_by_item,7"]
                #expect(try await store.log("catalog_log", becomes: logged) == logged)

                try await store.stop([.catalog])
                try await store.start([.catalog])
                #expect(try await store.book(7)["title"] as? String == title)
            }
        }

        @Test func refusesBadRequests() async throws {
            try await withStore { store in
                for target in [
                    "/search", "/search?topic=", "/search/", "/search?topic", "/lookup", "/lookup/",
                ] {
                    expectProblem(try await store.get(target), 400, mentions: "missing")
                }
                for target in [
                    "/search?topic=%FF", "/search?topic=%4", "/search?topic=%zz", "/search/%C3",
                    "/search?topic=a%0Ab",
                    "/search?topic=a&topic=b", "/search?topic=" + String(repeating: "x", count: 257),
                ] {
                    expectProblem(try await store.get(target), 400, mentions: "topic")
                }
                for item in [
                    "0", "-1", "01", "x", "1.0", "+1", "%2B1", "1%20", "9999999999999999999", "%D9%A1",
                ] {
                    expectProblem(
                        try await store.get("/lookup?item_number=\(item)"), 400, mentions: "item_number")
                    expectProblem(
                        try await store.post("/buy?item_number=\(item)"), 400, mentions: "item_number")
                    expectProblem(try await store.get("/buy/\(item)"), 400, mentions: "item_number")
                }
                expectProblem(try await store.get("/lookup/1?item_number=1"), 400, mentions: "item_number")
                expectProblem(try await store.get("/lookup/1/2"), 400)
                expectProblem(try await store.get("/lookup/5"), 404, mentions: "item number 5")
                expectProblem(try await store.post("/buy/999999999999999999"), 404)
                for target in [
                    "/", "/nothing", "/Search?topic=a", "/query_by_item?item_number=1", "/livez/x",
                ] {
                    expectProblem(try await store.get(target), 404)
                }
                // Nothing was executed, so nothing is in a log or in the stock.
                #expect(try await store.stock(of: 1) == 3)
                let logged = defaultInitLines + ["query_by_item,1"]
                #expect(try await store.log("catalog_log", becomes: logged) == logged)
                #expect(store.log("order_log").isEmpty)
            }
        }
    }
}
