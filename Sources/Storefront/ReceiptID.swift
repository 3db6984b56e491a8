internal import Hummingbird
internal import Model

/// The name of one purchase: 128 random bits, which are at once the idempotency key of its form and the
/// address of its receipt. Nobody can guess it; who has it may read the receipt.
struct ReceiptID: Hashable, Sendable {
    /// 32 lower-case hexadecimal digits.
    let text: String

    var key: IdempotencyKey { IdempotencyKey(trusted: text) }

    /// A new one.
    static func random() -> ReceiptID { ReceiptID(text: Secret.random(words: 2)) }

    init?(parsing text: some StringProtocol) {
        let isHex = text.utf8.allSatisfy {
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
        }
        guard text.utf8.count == 32, isHex else { return nil }
        self.text = String(text)
    }

    private init(text: String) { self.text = text }
}

/// The purchases that a browser remembers, newest first, in a cookie. The shop itself keeps no record of
/// who bought what.
struct RememberedOrders: Sendable {
    private static let cookieName = "orders"
    /// 400 days, the longest that browsers keep a cookie.
    private static let ageMax = 400 * 24 * 3600

    private(set) var ids: [ReceiptID]
    private let isOverTLS: Bool

    /// Those that a request brings. What does not look like a receipt is left out.
    init(_ request: Request) {
        let value = request.cookies[Self.cookieName]?.value ?? ""
        isOverTLS = request.isOverTLS
        ids = value.split(separator: ".").prefix(ShopLimits.rememberedOrderCountMax)
            .compactMap { ReceiptID(parsing: $0) }
    }

    /// With one more in front.
    func adding(_ id: ReceiptID) -> RememberedOrders {
        var orders = self
        orders.ids.removeAll { $0 == id }
        orders.ids = [id] + orders.ids.prefix(ShopLimits.rememberedOrderCountMax - 1)
        return orders
    }

    var cookie: Cookie {
        Cookie(
            name: Self.cookieName, value: ids.map(\.text).joined(separator: "."), maxAge: Self.ageMax,
            path: "/", secure: isOverTLS, httpOnly: true, sameSite: .lax)
    }
}
