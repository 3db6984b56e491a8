import Foundation
import Model
import TestSupport
import Testing

extension RealProcesses {
    /// An open store on a machine whose browser shows pages of other sites.
    @Suite struct OtherSitesTests {
        private static let foreign: [[String: String]] = [
            ["Sec-Fetch-Site": "cross-site"], ["Origin": "http://evil.example"], ["Sec-Purpose": "prefetch"],
        ]

        @Test func anotherSiteChangesNothingAndReadsNoKeys() async throws {
            try await withStore { store in
                let update = "/update?item_number=1&stock=5"
                for fields in Self.foreign {
                    for (tier, method, target) in [
                        (Tier.frontend, "GET", "/buy?item_number=1"), (.frontend, "POST", "/buy/1"),
                        (.order, "GET", "/buy?item_number=1"), (.catalog, "GET", update),
                        (.catalog, "POST", update), (.frontend, "GET", "/orders"), (.order, "GET", "/orders"),
                        (.catalog, "GET", "/books"), (.frontend, "GET", "/movements"),
                    ] {
                        expectProblem(try await store.send(method, target, to: tier, headers: fields), 403)
                    }
                    let text = fields.merging(["Content-Type": "text/plain"]) { $1 }
                    for (tier, target, body) in [
                        (Tier.frontend, "/retire", #"{"item_number":"1"}"#),
                        (.catalog, "/retire", #"{"item_number":"1"}"#),
                        (.frontend, "/updates", #"{"updates":[{"item_number":"1","stock":5}]}"#),
                        (.catalog, "/updates", #"{"updates":[{"item_number":"1","stock":5}]}"#),
                        (.frontend, "/add", #"{"title":"x","topic":"y","cost":"1","stock":1}"#),
                        (.frontend, "/import", "init,9,1,1,a,b\n"), (.catalog, "/import", "init,9,1,1,a,b\n"),
                        (.catalog, "/batch", "POST \(update) x\n"), (.order, "/batch", "POST /buy/1 x\n"),
                    ] {
                        let reply = try await store.send("POST", target, to: tier, headers: text, body: body)
                        expectProblem(reply, 403)
                    }
                }
                #expect(try await store.stock(of: 1) == 3)
                expectProblem(try await store.get("/lookup?item_number=9"), 404)
                #expect(store.log("order_log").isEmpty)
                // Customers may follow links of other sites, and programs are not affected.
                #expect(try await store.get("/lookup/1", headers: Self.foreign[0]).status == 200)
                #expect(try await store.buy(1) == "Success")
            }
        }

        @Test func anotherTypeThanJSONIsRefused() async throws {
            try await withStore { store in
                let body = #"{"updates":[{"item_number":"1","stock":5}]}"#
                for tier in [Tier.frontend, .catalog] {
                    for type in ["text/plain", "application/x-www-form-urlencoded"] {
                        expectProblem(
                            try await store.send(
                                "POST", "/updates", to: tier, headers: ["Content-Type": type], body: body),
                            415)
                    }
                    for headers in [[:], ["Content-Type": "application/json; charset=utf-8"]] {
                        let reply = try await store.send(
                            "POST", "/updates", to: tier, headers: headers, body: body)
                        #expect(reply.status == 200, "\(reply.body)")
                    }
                }
                #expect(try await store.stock(of: 1) == 23)
            }
        }

        @Test(arguments: Tier.allCases) func refusesForeignHostNames(tier: Tier) async throws {
            try await withStore { store in
                let target = tier == .catalog ? "/query_by_item?item_number=1" : "/livez"
                for (host, status) in [
                    ("evil.example:\(store.port(tier))", 421), ("localhost:\(store.port(tier))", 200),
                    ("127.0.0.1", 200), ("a,b", 400),
                ] {
                    let reply = try await onThread { [port = store.port(tier)] in
                        let connection = try RawConnection(port: port)
                        try connection.send("GET \(target) HTTP/1.1\r\nHost: \(host)\r\n\r\n")
                        return try connection.receiveReplies(1).first
                    }
                    let answer = try #require(reply)
                    if status == 200 { #expect(answer.status == 200) } else { expectProblem(answer, status) }
                }
            }
        }
    }
}
