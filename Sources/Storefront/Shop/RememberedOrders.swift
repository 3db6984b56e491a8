internal import Foundation
internal import Hummingbird

/// The purchases that a browser remembers, newest first, each in its own cookie. The shop keeps no record of
/// who bought what.
///
/// One cookie for all of them would lose some. If two pages buy at the same moment, each response sets the
/// cookie of its own request plus one purchase, and the later response undoes the earlier one.
struct RememberedOrders: Sendable {
    private static let namePrefix = "order-"
    /// The cookie of earlier versions, which contains the IDs of purchases separated by periods. It is read
    /// and never set.
    private static let oldName = "orders"
    /// 400 days, the longest that browsers keep a cookie.
    private static let ageMax = 400 * 24 * 3600
    /// The end of a cookie's value when the last press of the button bought nothing more.
    private static let repeatMark = ".again"

    /// A purchase whose button was pressed in this browser.
    struct Order: Equatable, Sendable {
        let id: ReceiptID
        /// The time of the last press, in seconds since 1970.
        let pressedAt: Int64
        /// Whether the purchase was made before the last press.
        let isRepeat: Bool
    }

    /// At most ``ShopLimits/rememberedOrderCountMax`` each.
    private(set) var orders: [Order]
    private let oldIDs: [ReceiptID]
    private let forgotten: [ReceiptID]
    private let isOverTLS: Bool

    /// Reads the purchases from a request's cookies. Anything that does not look like a purchase is left out.
    init(_ request: Request) {
        isOverTLS = request.isOverTLS
        let countMax = ShopLimits.rememberedOrderCountMax
        let cookies = request.headers[values: .cookie].flatMap { $0.split(separator: ";") }
            .map { $0.drop(while: \.isWhitespace) }
        let all = cookies.compactMap(Self.order).sorted { $0.pressedAt > $1.pressedAt }
        orders = Array(all.prefix(countMax))
        forgotten = all.dropFirst(countMax).prefix(countMax).map(\.id)
        let old = cookies.first { $0.hasPrefix(Self.oldName + "=") }?.dropFirst(Self.oldName.count + 1)
        oldIDs = (old ?? "").split(separator: ".").prefix(countMax).compactMap { ReceiptID(parsing: $0) }
    }

    private static func order(_ cookie: Substring) -> Order? {
        guard cookie.hasPrefix(namePrefix), let equals = cookie.firstIndex(of: "="),
            let id = ReceiptID(parsing: cookie[..<equals].dropFirst(namePrefix.count))
        else { return nil }
        let value = cookie[cookie.index(after: equals)...]
        let isRepeat = value.hasSuffix(repeatMark)
        let seconds = isRepeat ? value.dropLast(repeatMark.count) : value
        guard let pressedAt = Int64(seconds, radix: 36) else { return nil }
        return Order(id: id, pressedAt: pressedAt, isRepeat: isRepeat)
    }

    /// The IDs of all purchases, each once, the last one pressed first.
    var ids: [ReceiptID] {
        var known: Set<ReceiptID> = []
        return (orders.map(\.id) + oldIDs).filter { known.insert($0).inserted }
            .prefix(ShopLimits.rememberedOrderCountMax).map { $0 }
    }

    /// Whether the purchase was already made when its button was last pressed in this browser.
    func isRepeat(_ id: ReceiptID) -> Bool { orders.contains { $0.id == id && $0.isRepeat } }

    /// Cookies that add a purchase and delete those beyond the limit.
    func adding(_ id: ReceiptID, isRepeat: Bool, now: Date = Date()) -> [Cookie] {
        let others = orders.map(\.id).filter { $0 != id }
        let tooMany = others.dropFirst(ShopLimits.rememberedOrderCountMax - 1) + forgotten
        let value = String(Int64(now.timeIntervalSince1970), radix: 36) + (isRepeat ? Self.repeatMark : "")
        var cookies = [cookie(Self.namePrefix + id.text, value)]
        cookies += tooMany.map { cookie(Self.namePrefix + $0.text, nil) }
        // The purchases in the old cookie are the oldest, so it is deleted when the others need the space.
        if !oldIDs.isEmpty, others.count + 1 >= ShopLimits.rememberedOrderCountMax {
            cookies.append(cookie(Self.oldName, nil))
        }
        return cookies
    }

    /// A response that adds a purchase.
    func adding(_ id: ReceiptID, isRepeat: Bool, to response: Response) -> Response {
        var response = response
        for cookie in adding(id, isRepeat: isRepeat) { response.setCookie(cookie) }
        return response
    }

    private func cookie(_ name: String, _ value: String?) -> Cookie {
        Cookie(
            name: name, value: value ?? "", maxAge: value == nil ? 0 : Self.ageMax, path: "/",
            secure: isOverTLS, httpOnly: true, sameSite: .lax)
    }
}
