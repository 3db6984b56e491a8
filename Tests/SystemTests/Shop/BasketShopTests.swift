import Foundation
import Model
import TestSupport
import Testing

extension RealProcesses {
    /// From the basket to the receipt, over a whole store.
    @Suite struct BasketShopTests {
        private static let ann = ["name": "Ann", "email": "ann%40example.org"]

        /// A customer with these books in the basket, at the checkout page.
        private func customer(_ port: Int, with items: [Int]) async throws -> ShopBrowser {
            let browser = ShopBrowser(port: port)
            for item in items {
                try await browser.get("/book/\(item)")
                try await browser.submit("/basket/add")
            }
            #expect(browser.path == "/basket")
            try await browser.get("/checkout")
            return browser
        }

        @Test func aBasketBecomesOneOrder() async throws {
            try await withRunningShop { store, port in
                let browser = ShopBrowser(port: port)
                try await browser.get("/basket")
                #expect(browser.page.contains("The basket is empty"))
                for item in [1, 1, 2] {
                    try await browser.get("/book/\(item)")
                    try await browser.submit("/basket/add")
                }
                #expect(browser.page.contains("$40.00"))
                // Three copies of the second; the first is removed, and added again.
                try await browser.submit("/basket", ["copies-2": "3"])
                #expect(browser.page.contains("$80.00"))
                try await browser.send("POST", "/basket", ["remove": "1"])
                #expect(browser.page.contains("$60.00") && !browser.page.contains("/book/1\""))
                try await browser.submit("/basket", ["copies-2": "many"])
                // The basket comes back as it was, with its form.
                #expect(browser.status == 400 && browser.page.contains("no number of copies"))
                #expect(browser.page.contains("$60.00"))
                try await browser.submit("/basket", ["copies-2": "2"])
                try await browser.get("/checkout")
                let pigeon = Self.ann.merging(["way": "pigeon"]) { $1 }
                try await browser.send(
                    "POST", "/checkout", try browser.fields(of: "/checkout").merging(pigeon) { $1 })
                #expect(browser.status == 400 && browser.page.contains("how the books reach you"))
                try await browser.get("/checkout")
                let form = try browser.fields(of: "/checkout")
                // A form with a mistake comes back as it was filled in.
                try await browser.submit("/checkout", ["name": "Ann", "email": "ann", "way": "deliver"])
                #expect(browser.status == 400 && browser.page.contains("This is no e-mail address"))
                #expect(
                    browser.page.contains("Say where to send it") && browser.page.contains("value=\"Ann\""))
                try await browser.submit("/checkout", ["email": "ann%40example.org", "way": "collect"])
                #expect(browser.path.hasPrefix("/receipt/") && browser.page.contains("Thank you"))
                #expect(browser.page.contains("$40.00"))
                let receipt = browser.path
                #expect(try await store.stock(of: 2) == 1)
                // The same form again is the same order.
                try await browser.send("POST", "/checkout", form.merging(Self.ann) { $1 })
                #expect(browser.path == receipt)
                #expect(try await store.stock(of: 2) == 1)
                try await browser.get("/basket")
                #expect(browser.page.contains("The basket is empty"))
                try await browser.get("/orders")
                #expect(browser.page.contains(receipt) && browser.page.contains("placed"))
                // Cancelled once, and its copies are back.
                try await browser.get(receipt)
                for _ in 1...2 { try await browser.send("POST", receipt + "/cancel", ["x": "1"]) }
                #expect(browser.path == receipt && browser.page.contains("is cancelled"))
                #expect(browser.page.contains("Paid back") && !browser.page.contains("Cancel the order"))
                #expect(try await store.stock(of: 2) == 3)
            }
        }

        @Test func theLastCopyIsSoldOnceAndNothingByHalves() async throws {
            try await withRunningShop { store, port in
                expectJSON(try await store.post("/update?item_number=2&stock=-2", to: .catalog), successBody)
                let (first, second) = (
                    try await customer(port, with: [1, 2]), try await customer(port, with: [2, 3])
                )
                try await first.submit("/checkout", Self.ann)
                #expect(first.path.hasPrefix("/receipt/"))
                try await second.submit("/checkout", Self.ann)
                #expect(second.status == 409 && second.page.contains("Someone was faster"))
                #expect(second.page.contains("It is sold out.") && second.page.contains("owe nothing"))
                #expect(try await store.stock(of: 3) == 3)
                try await second.send("POST", "/basket", ["remove": "2"])
                try await second.get("/checkout")
                try await second.submit("/checkout", Self.ann)
                #expect(second.path.hasPrefix("/receipt/"))
                #expect(try await store.stock(of: 3) == 2)
            }
        }

        @Test func anotherTotalOrdersNothing() async throws {
            try await withRunningShop { store, port in
                let browser = try await customer(port, with: [1, 2])
                expectJSON(
                    try await store.post("/update?item_number=1&cost=12.50", to: .catalog), successBody)
                try await browser.submit("/checkout", Self.ann)
                #expect(browser.status == 409 && browser.page.contains("The price has changed"))
                #expect(browser.page.contains("showed $30.00") && browser.page.contains("costs $32.50 now"))
                #expect(browser.page.contains("showed $10.00"))
                #expect(try await store.stock(of: 2) == 3)
                let link = try #require(
                    browser.page.components(separatedBy: "href=\"/checkout").dropFirst().first)
                try await browser.get("/checkout" + link.prefix { $0 != "\"" })
                try await browser.submit("/checkout", Self.ann)
                #expect(browser.path.hasPrefix("/receipt/") && browser.page.contains("$32.50"))
            }
        }

        @Test func whoCancelsTooLateIsTold() async throws {
            try await withRunningShop { store, port in
                let browser = try await customer(port, with: [1])
                try await browser.submit("/checkout", Self.ann)
                let receipt = browser.path
                for state in ["ready", "handed_over"] {
                    let step = try await store.send(
                        "POST", "/state", to: .frontend, body: #"{"order":1,"state":"\#(state)"}"#)
                    #expect(step.status == 200, "\(step.body)")
                }
                try await browser.send("POST", receipt + "/cancel", ["x": "1"])
                #expect(browser.page.contains("is handed over"))
                #expect(browser.page.contains("could not be cancelled any more"))
                try await browser.get(receipt)
                #expect(!browser.page.contains("could not be cancelled"))
            }
        }
    }
}
