import Foundation
import Model
import TestSupport
import Testing

extension RealProcesses {
    /// The shop's pages over a whole store, as a browser sends their forms.
    @Suite struct ShopPurchaseTests {
        private func reprice(_ item: Int, _ price: String, _ store: Store) async throws {
            let target = "/update?item_number=\(item)&cost=\(price)"
            expectJSON(try await store.post(target, to: .catalog), successBody)
        }

        @Test func asksAboutARisenPrice() async throws {
            try await withRunningShop { store, port in
                let browser = ShopBrowser(port: port)
                try await browser.get("/book/1")
                let first = try browser.form()
                try await reprice(1, "99.99", store)
                try await browser.press()
                #expect(browser.status == 409 && browser.page.contains("The price has gone up"))
                #expect(browser.page.contains("showed $10.00") && browser.page.contains("costs $99.99 now"))
                #expect(try await store.stock(of: 1) == 3)
                try await browser.press()
                #expect(browser.path.hasPrefix("/receipt/") && browser.page.contains("$99.99"))
                #expect(browser.page.contains("Thank you. It is yours."))
                // The page with the old price, reached by Back, repeats the same purchase.
                try await browser.press(first)
                #expect(
                    browser.path.hasPrefix("/receipt/") && browser.page.contains("You bought this earlier"))
                #expect(try await store.stock(of: 1) == 2)
                // A form without its shown price buys nothing either.
                for form in [["item_number": "1", "key": String(repeating: "a", count: 32)], first] {
                    var form = form
                    if form["cost"] != nil { form["key"] = String(repeating: "b", count: 32) + "-1000" }
                    form["cost"] = nil
                    try await browser.press(form)
                    #expect(browser.status == 409 && browser.page.contains("You have bought nothing"))
                    #expect(browser.page.contains("$99.99"))
                }
                #expect(try await store.stock(of: 1) == 2)
            }
        }

        @Test func aFallenPriceSellsAtTheLowerPrice() async throws {
            try await withRunningShop { store, port in
                let browser = ShopBrowser(port: port)
                try await browser.get("/book/2")
                try await reprice(2, "12.50", store)
                try await browser.press()
                #expect(browser.path.hasPrefix("/receipt/") && browser.path.hasSuffix("-2000"))
                #expect(browser.page.contains("it was $20.00 when you opened"))
                #expect(browser.page.contains("you paid $12.50"))
                // The address proves what was shown: with another price it is no purchase's.
                try await browser.get(browser.path.replacing("-2000", with: "-9000"))
                #expect(browser.status == 404)
            }
        }

        @Test func anEarlierPurchaseSaysSo() async throws {
            try await withRunningShop { store, port in
                let browser = ShopBrowser(port: port)
                try await browser.get("/book/3")
                let form = try browser.form()
                try await browser.press()
                #expect(browser.page.contains("Thank you. It is yours."))
                let receipt = browser.path
                try await browser.press(form)
                #expect(browser.path == receipt && browser.page.contains("You bought this earlier"))
                #expect(!browser.page.contains("It is yours") && browser.page.contains("Buy another copy"))
                #expect(try await store.stock(of: 3) == 2)
                // Another browser also sees it, once the purchase is not new.
                let other = ShopBrowser(port: port)
                try await eventually("the purchase is an old one", within: 30) {
                    try await other.get(receipt)
                    return other.page.contains("You bought this earlier")
                }
                try await browser.press(form.merging(["item_number": "4"]) { $1 })
                #expect(browser.status == 422)
            }
        }

        @Test func showsTheCurrentStateOfASoldOutBook() async throws {
            try await withRunningShop { store, port in
                let browser = ShopBrowser(port: port)
                try await browser.get("/book/2?sold-out=1")
                #expect(!browser.page.contains("faster") && browser.page.contains("Only 3 left"))
                let form = try browser.form()
                for _ in 1...3 { #expect(try await store.buy(2) == "Success") }
                try await browser.press(form)
                #expect(browser.path.hasPrefix("/book/2?") && browser.page.contains("Someone was faster"))
                let tried = browser.path
                expectJSON(try await store.post("/update?item_number=2&stock=2", to: .catalog), successBody)
                try await browser.get(tried)
                #expect(
                    browser.page.contains("Only 2 left") && browser.page.contains("There are copies again"))
                #expect(!browser.page.contains("last copy"))
                // The address shows nothing about another book or an unknown purchase.
                for lie in [
                    tried.replacing("/book/2", with: "/book/1"),
                    "/book/2?tried=" + String(repeating: "a", count: 32), "/book/2?tried=x",
                ] {
                    try await browser.get(lie)
                    #expect(browser.status == 200 && !browser.page.contains("bought nothing"))
                }
                // The key of a purchase that came too late is used up: its form leads to a page with a new key.
                try await browser.press(form)
                #expect(browser.path == tried)
                try await browser.press()
                #expect(browser.path.hasPrefix("/receipt/"))
                try await browser.get("/orders")
                #expect(browser.page.components(separatedBy: "/receipt/").count == 2)
            }
        }

        @Test func twoTabsLoseNoReceipt() async throws {
            try await withRunningShop { _, port in
                let browser = ShopBrowser(port: port)
                var forms: [[String: String]] = []
                for item in 1...4 {
                    try await browser.get("/book/\(item)")
                    forms.append(try browser.form())
                }
                // Each tab has sent its request before any answer came.
                var answers: [[String: String]] = []
                for form in forms {
                    let tab = ShopBrowser(port: port)
                    tab.cookies = browser.cookies
                    try await tab.press(form)
                    answers.append(tab.cookies)
                }
                for cookies in answers { browser.cookies.merge(cookies) { $1 } }
                try await browser.get("/orders")
                #expect(browser.page.components(separatedBy: "/receipt/").count == 5)
            }
        }

        @Test func homeShowsTheBiggestTopics() async throws {
            let small = (1...64).map { "init,\($0),1,1,a small topic \($0),Title \($0)\n" }.joined()
            let big = (1...5).map { "init,\(100 + $0),1,1,词,Chinese \($0)\n" }.joined()
            let bigger = (1...6).map { "init,\(200 + $0),1,1,zoology,Animals \($0)\n" }.joined()
            try await withRunningShop(books: small + big + bigger) { _, port in
                let browser = ShopBrowser(port: port)
                try await browser.get("/")
                let shelves = browser.page.components(separatedBy: "<h2 id=\"shelf-").dropFirst()
                #expect(shelves.count == 4)
                #expect(shelves.first?.contains("zoology") == true)
                #expect(shelves.dropFirst().first?.contains("词") == true)
                for (target, status) in [
                    ("/topic?name=zoology", 200), ("/topic?name=nothing", 404),
                    ("/topic?name=nothing&after=1", 404), ("/topic?name=zoology&after=999", 200),
                    ("/find?q=nothing", 200), ("/topics?after=%F4%8F%BF%BF", 200),
                ] {
                    try await browser.get(target)
                    #expect(browser.status == status, "\(target)")
                }
                #expect(browser.path == "/topics" && browser.page.contains("zoology"))
            }
        }
    }
}
