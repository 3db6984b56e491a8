internal import Hummingbird
internal import Model

/// The cookie by which a browser knows its basket. The store keeps the basket itself.
enum BasketCookie {
    private static let name = "basket"

    static func id(of request: Request) -> BasketID? {
        request.cookies[name].flatMap { BasketID(parsing: $0.value) }
    }

    static func cookie(_ id: BasketID, for request: Request) -> Cookie {
        Cookie(
            name: name, value: id.text, maxAge: Int(Basket.keptDaysMax) * 24 * 3600, path: "/",
            secure: request.isOverTLS, httpOnly: true, sameSite: .lax)
    }
}
