import Foundation
import Model
import TestSupport
import Testing

extension RealProcesses {
    /// The shop's settings through all tiers.
    @Suite struct SettingWireTests {
        private func post(_ body: String, _ store: Store) async throws -> RawReply {
            try await store.send(
                "POST", "/settings", to: .frontend, headers: ["Content-Type": "application/json"], body: body)
        }

        @Test func settingsAreKeptAndShown() async throws {
            try await withStore { store in
                expectJSON(try await store.get("/shop"), #"{"result":{}}"#)
                expectJSON(try await store.get("/settings"), #"{"result":[]}"#)
                let set = try await post(
                    #"{"name":" Buch & Bohne ","address":"Hauptstraße 1;10115 Berlin;","zone":"Europe/Berlin","actor":"ann"}"#,
                    store)
                #expect(set.status == 200, "\(set.body)")
                let shown = """
                    {"result":{"address":"Hauptstraße 1; 10115 Berlin","name":"Buch & Bohne","zone":"Europe/Berlin"}}
                    """
                expectJSON(try await store.get("/shop"), shown)
                let kept = try #require(set.json["result"] as? [[String: Any]])
                #expect(kept.map { $0["setting"] as? String } == ["address", "name", "zone"])
                #expect(kept.allSatisfy { $0["actor"] as? String == "ann" && $0["time"] is String })
                // Null removes, and the rest stays.
                #expect(try await post(#"{"address":null,"zone":null}"#, store).status == 200)
                expectJSON(try await store.get("/shop"), #"{"result":{"name":"Buch & Bohne"}}"#)
                #expect(try await post("{}", store).status == 200)
                try await store.stop()
                try await store.start()
                expectJSON(try await store.get("/shop"), #"{"result":{"name":"Buch & Bohne"}}"#)
            }
        }

        private static let wrong = [
            (#"{"currency":"XYZ1"}"#, "currency 'XYZ1' is no code of a currency such as USD or EUR"),
            (#"{"zone":"Middle/Earth"}"#, "zone 'Middle/Earth' is no time zone such as UTC"),
            (#"{"tax":"VAT"}"#, "tax 'VAT' is no name with a percentage such as 'VAT 7'"),
            (#"{"language":"german"}"#, "language 'german' is no language tag such as en"),
            (#"{"name":""}"#, "name '' is empty; null removes it"),
            (#"{"name":3}"#, "name is not a string"), (#"{"colour":"red"}"#, "colour is not known here"),
            (#"{"name":"a\nb"}"#, "holds a control character"),
            (#"{"address":"a;b;c;d;e;f;g;h;i"}"#, "has more than 8 lines"),
            (#"{"name":"Bohne","actor":"a\u0000"}"#, "actor holds a control character"),
            ("[]", "JSON object"),
        ]

        @Test func refusesWhatAFlagWouldRefuse() async throws {
            try await withStore { store in
                for (body, words) in Self.wrong {
                    expectProblem(try await post(body, store), 400, mentions: words)
                }
                // One that is wrong keeps the others from being changed.
                expectProblem(try await post(#"{"name":"Bohne","zone":"x"}"#, store), 400)
                expectJSON(try await store.get("/shop"), #"{"result":{}}"#)
                let flag = try await bookstore("storefront", "--shop-zone", "Middle/Earth", in: store.folder)
                #expect(
                    flag.status == 64 && flag.errors.contains("'Middle/Earth' is no time zone such as UTC"))
            }
        }

        @Test func changingThemNeedsTheToken() async throws {
            try await withStoppedStore { store in
                let token = "a-token-of-some-length"
                try store.write(token, to: "token")
                for tier in Tier.allCases {
                    store.add(["--token-file", "token"], to: tier)
                }
                try await store.start()
                expectProblem(try await post(#"{"name":"Bohne"}"#, store), 401)
                expectProblem(try await store.get("/settings"), 401)
                expectJSON(try await store.get("/shop"), #"{"result":{}}"#)
                let shown = try await store.send(
                    "POST", "/settings", to: .frontend,
                    headers: ["Content-Type": "application/json", "Authorization": "Bearer " + token],
                    body: #"{"name":"Bohne"}"#)
                #expect(shown.status == 200, "\(shown.body)")
            }
        }

        @Test func configShowsWhatTheStoreKeeps() async throws {
            try await withStore { store in
                _ = try await post(#"{"name":"Bohne","language":"de"}"#, store)
                let told = try await bookstore(
                    "config", in: store.folder, environment: ["BOOKSTORE_SHOP_LANGUAGE": "fr"])
                let lines = told.output.split(separator: "\n").map {
                    $0.trimmingCharacters(in: .whitespaces)
                }
                for (line, source) in [
                    ("shop.name = Bohne", "the store"), ("shop.language = fr", "environment"),
                    ("shop.currency = USD", "default"),
                ] {
                    let index = try #require(lines.firstIndex(of: line), "\(told.output)")
                    #expect(lines[index + 2].hasPrefix("from: \(source);"), "\(lines[index + 2])")
                }
                #expect(lines.last?.hasPrefix("the store at \(store.frontend) was asked") == true)
                try await store.stop()
                let silent = try await bookstore("config", in: store.folder)
                #expect(silent.status == 0 && silent.output.contains("shop.name = My Book Store"))
                #expect(silent.output.contains("the store does not answer at \(store.frontend)"))
                let json = try await bookstore("config", "--json", in: store.folder)
                #expect(json.output.contains(#""answers":false"#), "\(json.output)")
            }
        }
    }
}
