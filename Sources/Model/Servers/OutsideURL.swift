/// The URL of a server that is no part of the store, as its keeper names it: `http` or `https`, without a user's name and
/// without a fragment.
package struct OutsideURL: Hashable, Sendable, CustomStringConvertible {
    package static let byteCountMax = 2_000
    /// What all of them match, for a description.
    package static let pattern = "^[Hh][Tt][Tt][Pp][Ss]?://[!-~]+$"

    /// As it was given.
    package let description: String
    package let isSecure: Bool
    /// A name, an IPv4 address, or an IPv6 address without its brackets.
    package let host: String
    package let port: Int
    /// Path and query.
    package let target: String
    /// The value of the field `Host`.
    package let hostField: String

    /// Reads a URL.
    ///
    /// - Throws: ``LineFault`` that says what is wrong with it.
    package init(parsing text: String) throws(LineFault) {
        guard text.utf8.count <= Self.byteCountMax else {
            throw LineFault("is longer than \(Self.byteCountMax) bytes")
        }
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw LineFault("has other than visible ASCII characters; encode them by %")
        }
        let schemes = [("http://", false), ("https://", true)]
        guard let scheme = schemes.first(where: { text.lowercased().hasPrefix($0.0) }) else {
            throw LineFault("begins with neither 'https://' nor 'http://'")
        }
        guard !text.contains("#") else { throw LineFault("has a fragment, which no server gets") }
        let rest = text.dropFirst(scheme.0.count)
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        guard !authority.contains("@") else {
            throw LineFault("has a user's name or password; a webhook is known by its signature")
        }
        let isBare = authority.hasSuffix("]") || !authority.contains(":")
        let full = isBare ? "\(authority):\(scheme.1 ? 443 : 80)" : String(authority)
        guard let address = ServerAddress(parsing: full), Self.isHost(address.host) else {
            throw LineFault("has no host, or one or a port that cannot be")
        }
        description = text
        isSecure = scheme.1
        host = address.host
        port = address.port
        let target = rest.dropFirst(authority.count)
        self.target = target.hasPrefix("/") ? String(target) : "/" + target
        hostField = String(authority)
    }

    /// Whether text can be a host's name or address.
    private static func isHost(_ text: String) -> Bool {
        let isAddress = text.contains(":")
        return text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."): true
            case UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"): true
            case UInt8(ascii: ":"): isAddress
            case UInt8(ascii: "g")...UInt8(ascii: "z"), UInt8(ascii: "G")...UInt8(ascii: "Z"),
                UInt8(ascii: "-"), UInt8(ascii: "_"):
                !isAddress
            default: false
            }
        }
    }
}
