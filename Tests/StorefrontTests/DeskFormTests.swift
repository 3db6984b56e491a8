import Foundation
import HTTPTypes
import Hummingbird
import Model
import NIOCore
import StoreAPI
import Testing

@testable import Storefront

@Suite struct DeskFormTests {
    private func form(_ text: String) async throws -> Form {
        var head = HTTPRequest(method: .post, scheme: "http", authority: "a", path: "/desk/changes")
        head.headerFields[.contentType] = "application/x-www-form-urlencoded"
        return try await Form.read(Request(head: head, body: RequestBody(buffer: ByteBuffer(string: text))))
    }

    @Test(
        arguments: [
            ("12", 12), ("+12", 12), ("-2", -2), ("−2", -2), ("0", nil), ("", nil), ("+", nil), ("1.5", nil),
            ("--2", nil), ("1000000000001", nil), ("many", nil), ("+-3", nil),
        ] as [(String, Int64?)])
    func readsChangesOfStock(text: String, units: Int64?) { #expect(ChangeForm.units(text) == units) }

    @Test(
        arguments: [
            ("12", 1200), ("12.5", 1250), ("$12.50", 1250), ("0", 0), ("12,50", nil), ("-1", nil), ("", nil),
            ("1.234", nil), ("$", nil),
        ] as [(String, Int64?)])
    func readsPrices(text: String, cents: Int64?) { #expect(ChangeForm.amount(text)?.amount == cents) }

    @Test func readsTypedValuesWithTheSeenOnes() async throws {
        let typed = try ChangeForm(
            try await form(
                "items=1.2.3&reason=+a+delivery+&stock-1=%2B5&seen-stock-1=3&seen-cost-1=10&cost-2=12.50"
                    + "&seen-stock-2=1&seen-cost-2=20&stock-3=&cost-3=&stock-9=7"))
        let (changes, faults) = typed.read()
        #expect(typed.reason == "a delivery" && faults.isEmpty)
        #expect(changes.map(\.item.value) == [1, 2])
        // +5 adds five copies, however many were bought since then.
        #expect(changes[0].change.units == 5 && changes[0].expectation.stock == nil)
        #expect(changes[0].change.price == nil && changes[0].expectation.price == nil)
        #expect(changes[1].change.price?.amount == 1250 && changes[1].expectation.price?.amount == 2000)
    }

    private static let book = "items=1&seen-stock-1=3&seen-cost-1=1"

    @Test(arguments: [
        (book + "&stock-1=5", "reason is empty"),
        (book + "&stock-1=many&reason=x", "“many” is no change of stock"),
        (book + "&cost-1=x&reason=x", "“x” is no price"),
        (book + "&stock-1=5&reason=a%0Ab", "line break"),
        (book + "&stock-1=1000000001&reason=x", "at most 1,000,000,000 copies"),
    ])
    func saysWhatCannotBeUsed(text: String, words: String) async throws {
        let (_, faults) = try ChangeForm(try await form(text)).read()
        let said = Array(faults.stock.values) + Array(faults.price.values) + [faults.reason ?? ""]
        #expect(said.contains { $0.contains(words) }, "\(said)")
    }

    @Test(arguments: ["items=1&stock-1=5&reason=x", "items=a&reason=x", "sure=x"])
    func refusesFormsThatNoPageSends(text: String) async throws {
        let form = try await form(text)
        let problem = #expect(throws: DeskError.self) { try ChangeForm(form) }
        #expect(problem?.happened.contains("broken") == true, "\(problem?.happened ?? "")")
    }

    @Test(arguments: ["items=1&reason=x", "items=&reason=x", "items=1&stock-1=+&cost-1="])
    func knowsThatNothingIsFilledIn(text: String) async throws {
        #expect(try ChangeForm(try await form(text)).rows.isEmpty)
    }

    /// A change that the current books do not allow is reported in its row. A sale since then is not a fault.
    @Test func checksChangesAgainstCurrentBooks() async throws {
        let typed = try ChangeForm(
            try await form(
                "items=1.2.3.4&reason=x&stock-1=-3&stock-2=9&cost-3=8&cost-4=8&stock-4=1"
                    + (1...4).map { "&seen-stock-\($0)=5&seen-cost-\($0)=10" }.joined()))
        func details(_ number: Int64, stock: Int64, cents: Int64, isRetired: Bool = false) throws
            -> BookDetails
        {
            let book = Book(
                item: try #require(ItemNumber(number)), title: "T", topic: "t",
                price: try #require(Cents(cents)), stock: stock)
            return BookDetails(book: book, sold: 0, isRetired: isRetired, version: 1)
        }
        let books = [
            try details(1, stock: 2, cents: 1000), try details(2, stock: 1, cents: 1200),
            try details(3, stock: 5, cents: 1100), try details(4, stock: 5, cents: 1000, isRetired: true),
        ]
        let faults = ChangeForm.faults(
            of: typed.read().changes, in: Dictionary(uniqueKeysWithValues: books.map { ($0.book.item, $0) }))
        #expect(faults.stock.keys.map(\.value).sorted() == [1, 4])
        #expect(faults.price.keys.map(\.value).sorted() == [3, 4])
        let first = try #require(ItemNumber(1))
        #expect(faults.stock[first]?.contains("Only 2") == true)
    }

    @Test func marksBooksRepricedToZero() async throws {
        let typed = try ChangeForm(
            try await form(
                "items=1.2&reason=x&cost-1=0&cost-2=0&seen-stock-1=1&seen-cost-1=10&seen-stock-2=1&seen-cost-2=0&sure=7"
            ))
        #expect(typed.read().changes.map(\.isFree) == [true, false])
        #expect(typed.sure.map(\.value) == [7])
    }

    @Test(
        arguments: [
            ("/desk", true), ("/desk/books", true), ("/desk/books?q=a%2Fb&after=7", true), ("/desk?x", true),
            ("/desk/book/7", true), ("", false), ("/", false), ("/deskx", false), ("//desk", false),
            ("https://evil.example/desk", false), ("/desk//evil.example", false), ("/desk/../buy", false),
            ("/desk/%2e%2e/buy", false), ("/desk\\evil", false), ("/desk/sign-in", false),
            ("/desk/sign-out?x=1", false), ("/desk/a\r\nb", false), ("/desk/é", false),
            ("/desk/" + String(repeating: "a", count: 1_024), false),
        ])
    func followsOnlyAddressesOfTheDesk(address: String, isFollowed: Bool) {
        #expect(ShopPaths.desk(address) == (isFollowed ? address : nil))
        #expect(DeskRouter.signInPath(for: address).contains("?to=") == (isFollowed && address != "/desk"))
    }

    @Test func checksANewBook() async throws {
        let good = try AddForm(try await form("title=+A+B+&topic=t&cost=1.5&stock=0&reason=new&item_number="))
        let book = try good.book().get()
        #expect(book.title == "A B" && book.price.amount == 150 && book.stock == 0 && book.item == nil)
        let bad = try AddForm(try await form("title=&topic=%00&cost=x&stock=-1&item_number=0"))
        guard case .failure(let faults) = bad.book() else {
            Issue.record("taken")
            return
        }
        #expect(faults.texts.count == 6, "\(faults.texts)")
        #expect(faults.byField.map(\.field) == [.title, .topic, .cost, .stock, .number, .reason])
    }

    @Test func addsUpSales() throws {
        let now = try Date("2026-03-02T10:00:00Z", strategy: .iso8601)
        let rows = [
            ("2026-03-02", "a", 2, "20"), ("2026-03-02", "b", 1, "5.50"), ("2026-02-28", "b", 4, "22.00"),
            ("2026-01-01", "a", 9, "90"),
        ]
        let sales = SalesTable(
            rows.map { DayTotal(day: $0.0, topic: $0.1, sales: Int64($0.2), revenue: $0.3) }, days: 4,
            now: now)
        #expect(sales.days.map(\.name) == ["2026-02-27", "2026-02-28", "2026-03-01", "2026-03-02"])
        #expect(sales.days.map(\.sum.sales) == [0, 4, 0, 3])
        #expect(sales.today.cents == 2550 && sales.total.sales == 7 && sales.total.cents == 4750)
        #expect(sales.topics.map(\.name) == ["b", "a"])
        let html = SalesPlot.html(sales)
        #expect(html.components(separatedBy: "<rect").count - 1 == 3 + 2)
        #expect(
            [0, 1, 2, 3, 5, 11, 41, 100].map { SalesPlot.ceiling($0) } == [2, 2, 2, 4, 10, 20, 100, 100])
    }

    @Test func rendersItsTemplates() async throws {
        let pages = try Pages()
        let response = try DeskPages(pages: pages).answer(
            to: DeskError.badFields(["<b>"]),
            DeskSession(
                KeeperSession(
                    id: "s", name: "<i>", role: .owner, opened: .now, used: .now, device: nil),
                secret: .random()))
        #expect(response.status == .badRequest)
        #expect(response.headers[.cacheControl] == "no-store")
        #expect(pages.style.path != pages.deskStyle.path)
    }
}
