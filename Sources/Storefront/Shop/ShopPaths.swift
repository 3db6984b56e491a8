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

    /// The longest address of a page of the desk that a form or another address may name, in bytes; a search
    /// of 200 bytes takes 600, percent-encoded.
    static let deskByteCountMax = 1_024

    /// `address` where it is that of a page of the desk; nil for any other, so that nobody is led elsewhere.
    static func desk(_ address: String?) -> String? {
        guard let address, address.utf8.count <= deskByteCountMax,
            address.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\\") })
        else { return nil }
        let parts = address.prefix { $0 != "?" && $0 != "#" }.split(
            separator: "/", omittingEmptySubsequences: false)
        // No empty part, no dots and no percent sign, in which dots could hide.
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
