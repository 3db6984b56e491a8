import Foundation
import TestSupport
import Testing

extension RealProcesses {
    /// The shop's settings at the desk, and in every shop of the store.
    @Suite struct SettingShopTests {
        @Test func everyShopShowsWhatIsSetAtOneDesk() async throws {
            try await withDesk { store, desk in
                try await withShop(of: store) { other in
                    let page = try await desk.send("GET", "/desk/settings")
                    #expect(page.body.contains("The default, “My Book Store”."), "\(page.body)")
                    let done = try await desk.submit(
                        "/desk/settings", of: page,
                        [
                            "name": "Buch & Bohne", "address": "Hauptstraße 1\r\n10115 Berlin",
                            "currency": "EUR", "zone": "Asia/Tokyo", "language": "de",
                        ])
                    #expect(done.location == "/desk/settings?done=settings", "\(done.body)")
                    let own = try await desk.send("GET", "/")
                    #expect(own.body.contains("Buch &amp; Bohne") && own.body.contains("10115 Berlin"))
                    try await eventually("the other shop shows it", within: 10) {
                        let book = try await other.send("GET", "/book/1")
                        return book.body.contains("Buch &amp; Bohne") && book.body.contains("10,00")
                    }
                    let again = try await desk.send("GET", "/desk/settings")
                    #expect(again.value("name") == "Buch &amp; Bohne" && again.value("tax") == "")
                    #expect(
                        again.body.contains("by \u{2068}ann\u{2069}") && again.body.contains("Nobody has set")
                    )
                    #expect(again.body.contains("Hauptstraße 1\n10115 Berlin</textarea>"), "\(again.body)")
                    // The days of the totals begin by the shop's clocks.
                    #expect(try await desk.send("GET", "/desk").body.contains("Asia/Tokyo"))
                    // An emptied field is kept no longer, and a field that was left is not sent.
                    let emptied = try await desk.submit(
                        "/desk/settings", of: again, ["name": "", "address": "Hauptstraße 1\n10115 Berlin"])
                    #expect(emptied.status == 303, "\(emptied.body)")
                    expectJSON(
                        try await store.get("/shop"),
                        """
                        {"result":{"address":"Hauptstraße 1; 10115 Berlin","currency":"EUR","language":"de",\
                        "zone":"Asia/Tokyo"}}
                        """)
                    #expect(try await desk.send("GET", "/").body.contains("My Book Store"))
                }
            }
        }

        @Test func whatIsGivenAtTheStartIsFixed() async throws {
            let environment = ["BOOKSTORE_SHOP_NAME": "Given", "BOOKSTORE_SHOP_ZONE": "UTC"]
            try await withDesk(environment: environment) { store, desk in
                let page = try await desk.send("GET", "/desk/settings")
                #expect(page.body.contains("environment, and changed only there"), "\(page.body)")
                let done = try await desk.submit(
                    "/desk/settings", of: page, ["name": "Typed", "zone": "Asia/Tokyo", "tax": "VAT 7"])
                #expect(done.status == 303)
                expectJSON(try await store.get("/shop"), #"{"result":{"tax":"VAT 7"}}"#)
                // Nor does what the store keeps hold.
                _ = try await store.send(
                    "POST", "/settings", to: .frontend, headers: ["Content-Type": "application/json"],
                    body: #"{"name":"Kept","language":"fr"}"#)
                try await eventually("the shop has asked the store", within: 10) {
                    try await desk.send("GET", "/").body.contains(#"lang="fr""#)
                }
                #expect(try await desk.send("GET", "/").body.contains("Given"))
            }
        }

        @Test func aMistakeComesBackAsItWasTyped() async throws {
            try await withDesk { store, desk in
                let page = try await desk.send("GET", "/desk/settings")
                let back = try await desk.submit(
                    "/desk/settings", of: page, ["name": "Bohne", "zone": "Middle/<Earth>", "tax": "7"])
                #expect(back.status == 400 && back.value("name") == "Bohne" && back.value("tax") == "7")
                #expect(back.body.contains("“Middle/&lt;Earth&gt;” is no time zone such as UTC"))
                #expect(back.body.contains(#"id="tax-fault""#) && !back.body.contains(#"id="name-fault""#))
                #expect(back.body.components(separatedBy: " autofocus").count == 2)
                expectJSON(try await store.get("/shop"), #"{"result":{}}"#)
                let done = try await desk.submit(
                    "/desk/settings", of: back, ["zone": "Europe/Berlin", "tax": ""])
                #expect(done.status == 303, "\(done.body)")
                let nothing = try await desk.submit(
                    "/desk/settings", of: try await desk.send("GET", "/desk/settings"), [:])
                #expect(nothing.location == "/desk/settings?done=empty")
            }
        }
    }
}
