internal import Model
internal import TierHTTP

/// The addresses of the shop's pages.
enum ShopPaths {
    /// The paths of lists, without what they are of.
    static let (topic, find) = ("/topic", "/find")

    static func topic(_ topic: String) -> String { adding("name", topic, to: Self.topic) }

    static func find(_ words: String) -> String { adding("q", words, to: find) }

    static func book(_ item: ItemNumber) -> String { "/book/\(item)" }

    static func cover(_ digest: String) -> String { "/cover/" + RequestTarget.encode(digest) }

    /// The page of a book after a press that came too late. The page asks the store for the outcome.
    static func tried(_ item: ItemNumber, _ id: ReceiptID) -> String { "/book/\(item)?tried=\(id.text)" }

    static func receipt(_ id: ReceiptID) -> String { "/receipt/\(id.text)" }

    /// The parameter of a receipt's path by which it says that it was too late to cancel the order.
    static let late = "late"

    /// `path` with one more parameter in its query.
    static func adding(_ name: String, _ value: String, to path: String) -> String {
        path + (path.contains("?") ? "&" : "?") + "\(name)=" + RequestTarget.encode(value)
    }

    /// The longest address of a desk page that a form or another address may contain, in bytes. A search of
    /// 200 bytes takes 600, percent-encoded.
    static let deskByteCountMax = 1_024

    /// `address` if it is the address of a desk page; nil for any other, so that it leads nowhere else.
    static func desk(_ address: String?) -> String? {
        guard let address, address.utf8.count <= deskByteCountMax,
            address.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\\") })
        else { return nil }
        let parts = address.prefix { $0 != "?" && $0 != "#" }.split(
            separator: "/", omittingEmptySubsequences: false)
        // Empty parts, dots and percent signs, which could hide dots, are not allowed.
        let isPlain = parts.dropFirst(2).allSatisfy { part in
            !part.isEmpty && !part.hasPrefix(".")
                && part.utf8.allSatisfy { $0 != UInt8(ascii: "%") && $0 != UInt8(ascii: ";") }
        }
        guard parts.starts(with: ["", "desk"]), isPlain, parts != ["", "desk", "sign-in"],
            parts != ["", "desk", "sign-out"]
        else { return nil }
        return address
    }
}
