internal import Model
internal import NIOCore

/// The host that a request is meant for, as its `Host` field or its target's absolute form names it (RFC 9110,
/// 7.2): a name or address, and a port where one is given.
///
/// Narrower than the grammar of RFC 3986, which takes commas and escapes for names: no server has such a name,
/// and what programs in front make of one differs.
package struct RequestHost: Sendable, Equatable {
    /// How long a name may be, in bytes (RFC 1035 has 253 for a name; one dot may end it).
    static let nameByteCountMax = 254

    /// The name or IPv4 address as it was sent; an IPv6 address with its brackets.
    package let name: Substring
    /// The port; nil where none is given.
    package let port: UInt16?

    /// Reads `name`, `name:port`, `[v6]` or `[v6]:port`, without blanks around it; nil for anything else.
    package init?(_ text: Substring) {
        let bytes = text.utf8.span
        var end = 0
        if bytes.count > 0, bytes[0] == UInt8(ascii: "[") {
            guard let close = bytes.firstIndex(of: UInt8(ascii: "]"), in: 1..<bytes.count),
                Self.isIPv6(text.bytes(1..<close))
            else { return nil }
            end = close + 1
        } else {
            while end < bytes.count, Self.isNameByte(bytes[end]) { end += 1 }
            guard (1...Self.nameByteCountMax).contains(end) else { return nil }
        }
        name = text.bytes(0..<end)
        if end == bytes.count {
            port = nil
            return
        }
        guard bytes[end] == UInt8(ascii: ":") else { return nil }
        // An empty port is well-formed and means the scheme's own.
        let digits = text.bytes(end + 1..<bytes.count).utf8
        guard !digits.isEmpty else {
            port = nil
            return
        }
        guard digits.count <= 5, digits.allSatisfy({ (0x30...0x39).contains($0) }),
            let port = UInt16(Substring(digits))
        else { return nil }
        self.port = port
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }

    private static func isIPv6(_ text: Substring) -> Bool {
        guard case .v6? = try? SocketAddress(ipAddress: String(text), port: 0) else { return false }
        return true
    }

    /// Whether the name can mean this machine only: `localhost`, a name under it (RFC 6761), 127.0.0.0/8, `[::1]`.
    var isLoopback: Bool {
        if name == "127.0.0.1" { return true }
        var lowered = name.lowercased()
        if lowered.hasSuffix(".") { lowered.removeLast() }
        return lowered == "localhost" || lowered.hasSuffix(".localhost") || lowered == "[::1]"
            || ServerAddress(host: lowered, port: 0).isLoopback
    }

    /// Whether the name is `other`, an address of the config file.
    func isNamed(_ other: String) -> Bool {
        let other = other.contains(":") ? "[\(other)]" : other
        return name.lowercased() == other.lowercased()
    }
}
