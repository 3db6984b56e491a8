internal import Model
internal import TierHTTP

/// The addresses of the shop's pages.
enum ShopPaths {
    static func topic(_ topic: String) -> String { "/topic?name=" + RequestTarget.encode(topic) }

    static func find(_ words: String) -> String { "/find?q=" + RequestTarget.encode(words) }

    static func book(_ item: ItemNumber) -> String { "/book/\(item)" }

    /// A book's page after a press of its button that came too late. The page asks the store what became of it.
    static func tried(_ item: ItemNumber, _ id: ReceiptID) -> String { "/book/\(item)?tried=\(id.text)" }

    static func receipt(_ id: ReceiptID) -> String { "/receipt/\(id.text)" }

    /// `path` with one more parameter in its query.
    static func adding(_ name: String, _ value: String, to path: String) -> String {
        path + (path.contains("?") ? "&" : "?") + "\(name)=" + RequestTarget.encode(value)
    }
}
