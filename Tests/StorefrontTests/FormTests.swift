import HTTPTypes
import Hummingbird
import Model
import NIOCore
import Testing

@testable import Storefront

@Suite struct FormTests {
    private func request(
        _ body: String, type: String = "application/x-www-form-urlencoded", fields: HTTPFields = [:]
    ) -> Request {
        var head = HTTPRequest(method: .post, scheme: "http", authority: "127.0.0.1:8080", path: "/buy")
        head.headerFields = fields
        head.headerFields[.contentType] = type
        return Request(head: head, body: RequestBody(buffer: ByteBuffer(string: body)))
    }

    @Test func readsItsFields() async throws {
        let id = ReceiptID.random()
        let form = try await Form.read(request("item_number=2&key=\(id.text)&title=a+%26%20b%3D%3C"))
        #expect(try form.item() == ItemNumber(2))
        #expect(try form.key() == id)
        #expect(try form["title"] == "a & b=<")
        #expect(try form["nothing"] == nil)
    }

    @Test(arguments: [
        "", "item_number=", "item_number=0", "item_number=x", "item_number=1&item_number=2",
        "item_number=%zz",
    ])
    func refusesAFormWithoutABook(body: String) async throws {
        let form = try await Form.read(request(body))
        #expect(throws: (any Error).self) { try form.item() }
    }

    @Test(arguments: ["", "key=", "key=abc", "key=" + String(repeating: "A", count: 32), "key=../x"])
    func refusesAFormWithoutItsKey(body: String) async throws {
        let form = try await Form.read(request(body))
        #expect(throws: HTTPError.self) { try form.key() }
    }

    @Test func refusesWhatIsNoForm() async {
        await #expect(throws: HTTPError.self) { try await Form.read(request("{}", type: "application/json")) }
        let long = String(repeating: "x", count: ShopLimits.formByteCountMax + 1)
        await #expect(throws: (any Error).self) { try await Form.read(request(long)) }
    }

    @Test(arguments: [
        ("sec-fetch-site", "same-origin", false), ("sec-fetch-site", "none", false),
        ("sec-fetch-site", "cross-site", true), ("sec-fetch-site", "same-site", true),
        ("origin", "http://127.0.0.1:8080", false), ("origin", "http://127.0.0.1:8081", true),
        ("origin", "null", true), ("origin", "http://evil.example", true), ("origin", "", true),
        ("x-other", "x", false),
    ])
    func knowsFormsOfOtherSites(field: String, value: String, isForeign: Bool) throws {
        var fields = HTTPFields()
        fields[try #require(HTTPField.Name(field))] = value
        #expect(PageGuard.isForeign(request("", fields: fields)) == isForeign)
    }

    @Test func remembersOrdersNewestFirst() throws {
        var fields = HTTPFields()
        let ids = (0..<60).map { _ in ReceiptID.random() }
        fields[.cookie] = "other=1; orders=" + (["bad", ""] + ids.map(\.text)).joined(separator: ".")
        let orders = RememberedOrders(request("", fields: fields))
        #expect(orders.ids.allSatisfy(ids.contains) && orders.ids.count > 30)
        let more = orders.adding(ids[5])
        #expect(more.ids.first == ids[5] && Set(more.ids).count == more.ids.count)
        let full = (0..<100).reduce(more) { orders, _ in orders.adding(.random()) }
        #expect(full.ids.count == ShopLimits.rememberedOrderCountMax)
        #expect(full.cookie.value.utf8.count < 4_000)
        #expect(!full.cookie.secure)
        fields[try #require(HTTPField.Name("x-forwarded-proto"))] = "https"
        #expect(RememberedOrders(request("", fields: fields)).cookie.secure)
        #expect(full.cookie.httpOnly && full.cookie.sameSite == .lax)
    }
}
