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

    @Test func refusesABodyThatIsNotAForm() async {
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

    /// Minimal escaping is accepted, and a `#` does not begin a fragment.
    @Test(arguments: [
        ("title=C# in Depth", "C# in Depth"), ("a=1&title=C%23+in+Depth#2&b=3", "C# in Depth#2"),
        ("title=a?b/c#&key=x", "a?b/c#"), ("title=1=2", "1=2"), ("title=", ""), ("title", ""),
        ("&&title=x&", "x"), ("tit%6ce=x", "x"), ("title=%C3%A9t%C3%A9+%2B", "été +"), ("title=été", "été"),
    ])
    func readsFieldsAsFormsHaveThem(body: String, title: String) async throws {
        #expect(try await Form.read(request(body))["title"] == title)
    }

    @Test(arguments: ["title=%", "title=%2", "title=%zz", "title=%ff", "title=a&title=b"])
    func refusesBrokenFields(body: String) async throws {
        let form = try await Form.read(request(body + "&other=1"))
        #expect(throws: StoreError.self) { try form["title"] }
        #expect(try form["other"] == "1")
    }

    @Test func refusesFormsOfTooManyFields() async throws {
        let most = Array(repeating: "a", count: FormFields.countMax).joined(separator: "&")
        _ = try await Form.read(request(most))
        await #expect(throws: HTTPError.self) { try await Form.read(request(most + "&b")) }
    }

    @Test(arguments: [
        ("https", true), ("https,http", true), ("https, http", true), (" HTTPS ,http", true), ("http", false),
        ("http,https", false), ("", false), (",https", false), ("https-not", false),
    ])
    func theFirstProxyDecidesTheScheme(value: String, isOverTLS: Bool) throws {
        var fields = HTTPFields()
        let name = try #require(HTTPField.Name("x-forwarded-proto"))
        fields[name] = value
        #expect(request("", fields: fields).isOverTLS == isOverTLS)
        // Proxies may also add a second field.
        fields[values: name] = [value, isOverTLS ? "http" : "https"]
        #expect(request("", fields: fields).isOverTLS == isOverTLS)
    }

    @Test(arguments: [("cost=12.50&", "12.50"), ("cost=&", nil), ("", nil)] as [(String, String?)])
    func readsThePriceThatWasShown(field: String, price: String?) async throws {
        #expect(try await Form.read(request(field + "x=1")).shownPrice()?.description == price)
        for odd in ["x", "1.234", "-1", "$5"] {
            let form = try await Form.read(request("cost=\(odd)"))
            #expect(throws: HTTPError.self) { try form.shownPrice() }
        }
    }
}
