import Foundation
import HTTPTypes
import Hummingbird
import Model
import NIOCore
import Testing

@testable import Storefront

/// What a browser stores about purchases, and what pages show of them.
@Suite struct PurchaseTests {
    private static let now = Date(timeIntervalSince1970: 1_795_000_000)

    private func request(_ cookies: String, isOverTLS: Bool = false) throws -> Request {
        var head = HTTPRequest(method: .get, scheme: "http", authority: "127.0.0.1", path: "/orders")
        head.headerFields[.cookie] = cookies
        if isOverTLS { head.headerFields[try #require(HTTPField.Name("x-forwarded-proto"))] = "https,http" }
        return Request(head: head, body: RequestBody(buffer: ByteBuffer()))
    }

    /// A browser's cookies, set by each answer according to RFC 6265.
    private struct Jar {
        var cookies: [String: String] = [:]

        var field: String { cookies.map { "\($0.key)=\($0.value)" }.joined(separator: "; ") }

        mutating func store(_ set: [Cookie]) {
            for cookie in set { cookies[cookie.name] = cookie.maxAge == 0 ? nil : cookie.value }
        }
    }

    @Test func concurrentPurchasesLoseNoReceipt() throws {
        var jar = Jar()
        let ids = (0..<6).map { _ in ReceiptID.random() }
        jar.store(try RememberedOrders(request("")).adding(ids[0], isRepeat: false, now: Self.now))
        // All requests carry the same cookies; their answers arrive in any order.
        let answers = try ids.dropFirst().map {
            try RememberedOrders(request(jar.field)).adding($0, isRepeat: false, now: Self.now)
        }
        for answer in answers.reversed() { jar.store(answer) }
        #expect(Set(try RememberedOrders(request(jar.field)).ids) == Set(ids))
    }

    @Test func aBrowserRemembersALimitedNumber() throws {
        let countMax = ShopLimits.rememberedOrderCountMax
        let price = try #require(Cents(Cents.amountMax))
        let old = (0..<countMax).map { _ in ReceiptID.random() }
        var jar = Jar(cookies: [
            "orders": (["bad", ""] + old.map(\.text)).joined(separator: "."), "other": "1", "order-x": "1",
        ])
        #expect(try RememberedOrders(request(jar.field)).ids == Array(old.prefix(countMax - 1)))
        var pressed: [ReceiptID] = []
        for number in 0..<100 {
            pressed.append(.random(showing: price))
            let time = Self.now + Double(number)
            jar.store(
                try RememberedOrders(request(jar.field)).adding(pressed[number], isRepeat: true, now: time))
            #expect(try RememberedOrders(request(jar.field)).ids.first == pressed[number])
            #expect(jar.field.utf8.count <= ShopLimits.headByteCountMax / 3)
        }
        #expect(jar.cookies["orders"] == nil)
        #expect(try RememberedOrders(request(jar.field)).ids == pressed.suffix(countMax).reversed())
        // Surplus cookies of any origin are removed with the next purchase.
        for _ in 0..<20 { jar.cookies["order-" + ReceiptID.random().text] = "1" }
        jar.store(try RememberedOrders(request(jar.field)).adding(.random(), isRepeat: false, now: .now))
        #expect(jar.cookies.keys.count { $0.hasPrefix("order-") && $0.utf8.count >= 38 } == countMax)
    }

    @Test func cookiesAreCareful() throws {
        for isOverTLS in [false, true] {
            let orders = try RememberedOrders(request("", isOverTLS: isOverTLS))
            for cookie in orders.adding(.random(), isRepeat: false) {
                #expect(cookie.httpOnly && cookie.sameSite == .lax && cookie.secure == isOverTLS)
                #expect(cookie.path == "/" && cookie.maxAge == 400 * 24 * 3600)
            }
        }
    }

    @Test func remembersWhetherTheLastPressBought() throws {
        let id = ReceiptID.random()
        var jar = Jar()
        for isRepeat in [false, true, false] {
            jar.store(try RememberedOrders(request(jar.field)).adding(id, isRepeat: isRepeat))
            #expect(try RememberedOrders(request(jar.field)).isRepeat(id) == isRepeat)
            #expect(jar.cookies.count == 1)
        }
    }

    @Test func aReceiptAddressHoldsTheShownPrice() throws {
        let price = try #require(Cents(1250))
        let id = ReceiptID.random(showing: price)
        #expect(id.text.hasSuffix("-1250") && id.shownPrice == price)
        #expect(ReceiptID(parsing: id.text) == id)
        #expect(ReceiptID(parsing: ReceiptID.random().text)?.shownPrice == nil)
        let secret = String(repeating: "a", count: 32)
        for odd in ["", "-", "-0x5", "-+5", "-05", "--5", "-1000000000000", "1250", "-12-50", " -5"] {
            #expect((ReceiptID(parsing: secret + odd) == nil) == !odd.isEmpty, "\(odd)")
        }
    }

    @Test func aReceiptIsNewForAMoment() throws {
        let receipt = try JSONDecoder().decode(
            Receipt.self,
            from: Data(
                #"""
                {"outcome":"Success","item_number":"1","title":"a","type":"b","cost":"1",
                "time":"2026-11-24T08:15:30.123Z"}
                """#.utf8))
        let soldAt = try Date("2026-11-24T08:15:30Z", strategy: .iso8601)
        for (seconds, isNew) in [(0.5, true), (10, true), (11, false), (7 * 86_400, false), (-3, true)] {
            #expect(receipt.isNew(now: soldAt + seconds) == isNew, "\(seconds)")
        }
    }

    @Test func notesShowTheCurrentState() throws {
        let time = "2026-11-24T08:15:30.123Z"
        let gone = PurchaseNote.soldOut(at: time, stock: 0)
        #expect(gone.heading == "Someone was faster" && gone.words.contains("24 November 2026, 08:15 UTC"))
        let back = PurchaseNote.soldOut(at: time, stock: 3)
        #expect(!back.words.contains("last copy") && back.words.contains("There are copies again"))
        let (ten, high) = (try #require(Cents(1000)), try #require(Cents(9999)))
        let risen = PurchaseNote.tooExpensive(shown: ten, asked: high, now: high)
        #expect(risen.words.contains("showed $10.00") && risen.words.contains("costs $99.99 now"))
        let fallen = PurchaseNote.tooExpensive(shown: ten, asked: high, now: ten)
        #expect(
            fallen.words.contains("cost $99.99 just then") && fallen.words.contains("Now it costs $10.00"))
        for note in [gone, back, risen, fallen, PurchaseNote.priceNotSaid(now: ten)] {
            #expect(note.words.contains("You have bought nothing and owe nothing."))
        }
    }
}
