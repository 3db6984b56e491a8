import Foundation
import HTTPTypes
import Hummingbird
import Model
import NIOCore
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

    @Test func takesWhatIsFilledInWithWhatWasSeen() async throws {
        let (changes, reason) = try ChangeForm.read(
            try await form(
                "items=1.2.3&reason=+a+delivery+&stock-1=%2B5&seen-stock-1=3&seen-cost-1=10&cost-2=12.50"
                    + "&seen-stock-2=1&seen-cost-2=20&stock-3=&cost-3=&stock-9=7"))
        #expect(reason == "a delivery")
        #expect(changes.map(\.item.value) == [1, 2])
        #expect(changes[0].update.stock == 5 && changes[0].update.expectedStock == 3)
        #expect(changes[0].update.price == nil && changes[0].update.expectedPrice == nil)
        #expect(changes[1].update.price == "12.50" && changes[1].update.expectedPrice == "20")
        #expect(changes[1].words == "price $12.50" && changes[0].words == "+5 copies")
    }

    @Test(arguments: [
        ("items=1&reason=x", "No change"), ("items=&reason=x", "No change"),
        ("items=1&stock-1=5&seen-stock-1=3&seen-cost-1=1", "reason is empty"),
        ("items=1&stock-1=many&seen-stock-1=3&seen-cost-1=1&reason=x", "“many” is no change of stock"),
        ("items=1&cost-1=x&seen-stock-1=3&seen-cost-1=1&reason=x", "“x” is no price"),
        ("items=1&stock-1=5&reason=x", "broken"), ("items=a&reason=x", "broken"),
        ("items=1&stock-1=5&seen-stock-1=3&seen-cost-1=1&reason=a%0Ab", "line break"),
    ])
    func saysWhatCannotBeUsed(text: String, words: String) async throws {
        let form = try await form(text)
        let problem = #expect(throws: DeskProblem.self) { try ChangeForm.read(form) }
        #expect(problem?.happened.contains(words) == true, "\(problem?.happened ?? "")")
    }

    @Test func checksANewBook() async throws {
        let good = try AddForm(try await form("title=+A+B+&topic=t&cost=1.5&stock=0&reason=new&item_number="))
        let order = try good.order(actor: "ann").get()
        #expect(order.title == "A B" && order.price == "1.50" && order.stock == 0 && order.item == nil)
        let bad = try AddForm(try await form("title=&topic=%00&cost=x&stock=-1&item_number=0"))
        guard case .failure(let faults) = bad.order(actor: "ann") else {
            Issue.record("taken")
            return
        }
        #expect(faults.texts.count == 6, "\(faults.texts)")
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
            to: DeskProblem.badFields(["<b>"]),
            DeskSession(keeper: "<i>", formToken: "t", opened: .now, used: .now))
        #expect(response.status == .badRequest)
        #expect(response.headers[.cacheControl] == "no-store")
        #expect(pages.style.path != pages.deskStyle.path)
    }
}
