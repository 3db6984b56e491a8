import Foundation
import Model
import TestSupport
import Testing

extension RealProcesses {
    /// The desk in front of real tiers, as a browser without scripts sends its forms.
    @Suite struct DeskWireTests {
        /// Sales between the page and its form do not make the desk refuse a delivery.
        @Test func aDeliveryIsShelvedWhileCustomersBuy() async throws {
            try await withDesk { store, desk in
                let page = try await desk.send("GET", "/desk/books")
                for item in 1...3 { #expect(try await store.buy(item) == "Success") }
                let typed = Dictionary(uniqueKeysWithValues: (1...4).map { ("stock-\($0)", "+2") })
                let done = try await desk.submit(
                    "/desk/changes", of: page, typed.merging(["reason": "delivery"]) { $1 })
                #expect(done.status == 303 && done.location == "/desk/books?done=4", "\(done.body)")
                #expect(try await store.stock(of: 1) == 4)
                #expect(try await store.stock(of: 4) == 5)
                // They do not prevent retiring a book either.
                let book = try await desk.send("GET", "/desk/book/2")
                #expect(try await store.buy(2) == "Success")
                let retired = try await desk.submit("/desk/retire", of: book, ["reason": "old"])
                #expect(retired.status == 303, "\(retired.body)")
                let third = try await desk.send("GET", "/desk/book/3")
                let change = try await desk.submit(
                    "/desk/changes", of: third, ["stock-3": "1", "reason": "found"])
                #expect(change.status == 303, "\(change.body)")
                let refused = try await desk.submit("/desk/retire", of: third, ["reason": "old"])
                #expect(refused.status == 409 && refused.body.contains("Its stock was changed to 5"))
            }
        }

        @Test func showsEachRefusalInItsRow() async throws {
            try await withDesk { store, desk in
                let list = try await desk.send("GET", "/desk/books")
                let others = try await desk.send("GET", "/desk/books")
                let other = try await desk.submit(
                    "/desk/changes", of: others, ["cost-4": "16", "reason": "dearer paper"])
                #expect(other.status == 303)
                let typed = [
                    "stock-1": "+2", "stock-2": "-9", "cost-3": "6", "cost-4": "14", "reason": "delivery",
                ]
                let refused = try await desk.submit("/desk/changes", of: list, typed)
                #expect(refused.status == 409 && refused.body.contains("Someone else changed this meanwhile"))
                for (name, value) in typed { #expect(refused.value(name) == value, "\(name)") }
                #expect(refused.body.contains(#"aria-describedby="stock-2-fault""#))
                #expect(refused.body.contains("Only 3 are there to take away."))
                #expect(refused.body.contains("It costs $16.00 now, not $15.00."))
                #expect(!refused.body.contains(#"id="stock-1-fault""#))
                #expect(refused.body.components(separatedBy: " autofocus").count == 2)
                #expect(try await store.stock(of: 1) == 3)
                // After a correction in the same form, all changes are made.
                let done = try await desk.submit("/desk/changes", of: refused, ["stock-2": "-1"])
                #expect(done.status == 303 && done.location == "/desk/books?done=4", "\(done.body)")
                #expect(try await store.stock(of: 1) == 5)
                #expect(try await store.book(4)["cost"] as? String == "14")
            }
        }

        @Test func showsMistakesAsTyped() async throws {
            try await withDesk { store, desk in
                let list = try await desk.send("GET", "/desk/books")
                let typed = ["stock-1": "many", "cost-2": "1,50", "stock-3": "+1", "reason": "a <reason>"]
                let back = try await desk.submit("/desk/changes", of: list, typed)
                #expect(back.status == 400)
                #expect(back.value("stock-1") == "many" && back.value("cost-2") == "1,50")
                #expect(back.value("stock-3") == "+1" && back.value("reason") == "a &lt;reason&gt;")
                #expect(back.body.contains("“many” is no change of stock"))
                let empty = try await desk.submit("/desk/changes", of: list, ["reason": "nothing"])
                #expect(empty.status == 303)
                let again = try await desk.send("GET", try #require(empty.location))
                #expect(again.value("reason") == "nothing" && again.body.contains("No change is filled in"))
                // Another page of the list is asked for while changes are typed.
                let leaving = typed.merging(["stock-1": "1", "cost-2": "", "go": "/desk/books?after=9"]) {
                    $1
                }
                let asked = try await desk.submit("/desk/changes", of: list, leaving)
                #expect(asked.status == 200 && asked.body.contains("These changes are not made yet"))
                #expect(asked.value("stock-3") == "+1" && asked.value("back") == "/desk/books?after=9")
                let gone = try await desk.submit("/desk/changes", of: list, ["go": "/desk/books?after=9"])
                #expect(gone.status == 303 && gone.location == "/desk/books?after=9")
                #expect(try await store.stock(of: 3) == 3)
                let adding = try await desk.send("GET", "/desk/add")
                let fields = ["title": "T", "topic": "t", "cost": "x", "stock": "2", "reason": "new"]
                let added = try await desk.submit("/desk/add", of: adding, fields)
                #expect(added.status == 400 && added.value("title") == "T" && added.value("cost") == "x")
                #expect(added.body.contains(#"aria-describedby="cost-fault""#))
                let book = try await desk.send("GET", "/desk/book/1")
                let kept = try await desk.submit("/desk/retire", of: book, ["reason": ""])
                #expect(kept.status == 400 && kept.body.contains(#"id="why-fault""#))
                for page in ["/desk/low?max=few", "/desk/books?q=" + String(repeating: "%C3%A9", count: 101)]
                {
                    let list = try await desk.send("GET", page)
                    #expect(list.status == 400 && list.body.contains(#"id="filter-fault""#), "\(page)")
                }
            }
        }

        @Test func asksOnceAboutLikelySlips() async throws {
            try await withDesk { store, desk in
                let list = try await desk.send("GET", "/desk/books")
                let asked = try await desk.submit(
                    "/desk/changes", of: list, ["cost-1": "0", "stock-2": "1", "reason": "a gift"])
                #expect(asked.status == 200 && asked.body.contains("would cost nothing"))
                #expect(try await store.book(1)["cost"] as? String == "10")
                let done = try await desk.submit("/desk/changes", of: asked, [:])
                #expect(done.status == 303, "\(done.body)")
                #expect(try await store.book(1)["cost"] as? String == "0")
                #expect(try await store.stock(of: 2) == 4)
                let fields = [
                    "title": "rpcs  for dummies", "topic": "t", "cost": "0", "stock": "1", "reason": "new",
                ]
                let question = try await desk.submit(
                    "/desk/add", of: try await desk.send("GET", "/desk/add"), fields)
                #expect(question.status == 200 && question.body.contains("a book with this title already"))
                #expect(question.body.contains("gives the book away"))
                let added = try await desk.submit("/desk/add", of: question, [:])
                #expect(added.status == 303 && added.location == "/desk/book/5?done=added", "\(added.body)")
            }
        }

        @Test func ordersGoFromPlacedToReturned() async throws {
            try await withDesk { store, desk in
                for (key, item) in [("a", 1), ("b", 2), ("c", 3)] {
                    try await store.order(
                        key, #"{"lines":[{"item_number":"\#(item)","copies":2}],"name":"Ann \#(key)"}"#)
                }
                let list = try await desk.send("GET", "/desk/orders?state=placed")
                #expect(list.body.contains("Ann a") && list.body.contains("Ann c"))
                let found = try await desk.send("GET", "/desk/orders?q=Ann%20b&item_number=2")
                #expect(found.body.contains("Ann b") && !found.body.contains("Ann a"))
                #expect(try await desk.send("GET", "/desk/orders?q=c").body.contains("Ann c"))
                #expect(try await desk.send("GET", "/desk/orders?item_number=x").status == 400)
                // Several at once; who is not ticked stays as it is.
                let hidden = ["csrf", "key", "orders", "back"].reduce(into: [:]) {
                    $0[$1] = list.value($1) ?? ""
                }
                let ticked = hidden.merging(["order-1": "on", "order-2": "on", "state": "ready"]) { $1 }
                let done = try await desk.send("POST", "/desk/orders", ticked)
                #expect(done.location == "/desk/orders?state=placed&done=orders-2", "\(done)")
                let late = try await desk.send(
                    "POST", "/desk/orders",
                    hidden.merging([
                        "order-1": "on", "order-3": "on", "state": "ready",
                        "key": String(repeating: "e", count: 32),
                    ]) { $1 })
                let told = try await desk.send("GET", try #require(late.location))
                #expect(told.body.contains("Order 1 is ready and cannot become ready."))
                #expect(told.body.contains("1 order changed"))
                #expect(
                    try await desk.send("POST", "/desk/orders", hidden.merging(["state": "ready"]) { $1 })
                        .location?.hasSuffix("done=no-order") == true)
                // One of them is handed over and comes back in part.
                var page = try await desk.send("GET", "/desk/order/1")
                #expect(page.body.contains("Ann a") && page.body.contains("Order 1 is ready"))
                let handed = try await desk.submit("/desk/order", of: page, ["state": "handed_over"])
                #expect(handed.location == "/desk/order/1?done=orders-1", "\(handed.body)")
                page = try await desk.send("GET", "/desk/order/1")
                #expect(page.value("back-1") == "2")
                let back = try await desk.submit("/desk/order", of: page, ["back-1": "1", "reason": "torn"])
                #expect(back.status == 303, "\(back.body)")
                #expect(try await store.stock(of: 1) == 2)
                page = try await desk.send("GET", "/desk/order/1")
                #expect(page.body.contains("Paid back") && page.body.contains("torn"))
                #expect(page.body.contains(">ann<"))
                let more = try await desk.submit("/desk/order", of: page, ["back-1": "2"])
                #expect(more.status == 409 && more.body.contains("1 copies of book 1 left to return"))
                for (paper, words) in [("picking", "Picking list"), ("receipt", "My Book Store")] {
                    let sheet = try await desk.send("GET", "/desk/order/1/\(paper)")
                    #expect(sheet.status == 200 && sheet.body.contains(words) && sheet.body.contains("Ann a"))
                }
                _ = try await desk.submit("/desk/forget", of: page, [:])
                let forgotten = try await desk.send("GET", "/desk/order/1")
                #expect(!forgotten.body.contains("Ann a") && forgotten.body.contains("handed over"))
                #expect(try await desk.send("GET", "/desk/order/99").status == 404)
            }
        }

        @Test func signingInReturnsToTheRequestedPage() async throws {
            try await withDesk { _, desk in
                let stranger = Desk(port: desk.port)
                let refused = try await stranger.send("GET", "/desk/low?max=7")
                #expect(refused.location == "/desk/sign-in?to=%2Fdesk%2Flow%3Fmax%3D7")
                let door = try await stranger.send("GET", try #require(refused.location))
                #expect(door.value("to") == "/desk/low?max=7")
                let wrong = try await stranger.send(
                    "POST", "/desk/sign-in", ["keeper": "bob", "password": "no", "to": "/desk/low?max=7"])
                #expect(wrong.status == 403 && wrong.value("to") == "/desk/low?max=7")
                #expect(wrong.value("keeper") == "bob")
                for elsewhere in ["https://evil.example/", "//evil.example", "/desk/../buy", "/desk\\x"] {
                    let answer = try await stranger.send(
                        "POST", "/desk/sign-in",
                        ["keeper": "ann", "password": Desk.password, "to": elsewhere])
                    #expect(answer.location == "/desk", "\(elsewhere)")
                }
                // The same browser signs in again, which ends its old session.
                #expect(try await desk.send("GET", "/desk/add").status == 200)
                let again = try await signedIn(desk, page: "/desk/books")
                #expect(try await desk.send("GET", "/desk/add").status == 303)
                #expect(try await again.send("GET", "/desk/add").status == 200)
            }
        }
    }
}
