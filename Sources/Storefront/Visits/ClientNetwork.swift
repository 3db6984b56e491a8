internal import Foundation
internal import NIOCore

/// The network that counts as one client: an IPv4 address, or the first 64 bits of an IPv6 address, since a
/// provider assigns each customer at least one such network.
struct ClientNetwork: Hashable, CustomStringConvertible, Sendable {
    private let bits: UInt64
    private let isIPv6: Bool

    /// The network of an address; nil for an address that is neither IPv4 nor IPv6.
    init?(_ address: SocketAddress?) {
        switch address {
        case .v4(let address):
            self.init(ipv4: UInt32(bigEndian: address.address.sin_addr.s_addr))
        case .v6(let address):
            let bytes = withUnsafeBytes(of: address.address.sin6_addr) { Array($0) }
            if bytes.starts(with: Self.mappedPrefix) {
                self.init(ipv4: bytes[12...].reduce(0) { $0 << 8 | UInt32($1) })
            } else {
                self.init(bits: bytes[..<8].reduce(0) { $0 << 8 | UInt64($1) }, isIPv6: true)
            }
        case .unixDomainSocket, nil: return nil
        }
    }

    /// Parses the text of an address; nil if it is not one.
    init?(parsing text: String) {
        // A link-local address names its interface after a percent sign.
        self.init(try? SocketAddress(ipAddress: String(text.prefix { $0 != "%" }), port: 0))
    }

    /// `192.0.2.1`, or `2001:db8:1:2/64`.
    var description: String {
        let parts = { (bitCount: Int, width: Int, radix: Int) in
            stride(from: bitCount - width, through: 0, by: -width).map {
                String(bits >> UInt64($0) & (1 << UInt64(width) - 1), radix: radix)
            }
        }
        return isIPv6
            ? parts(64, 16, 16).joined(separator: ":") + "/64" : parts(32, 8, 10).joined(separator: ".")
    }

    private init(ipv4 address: UInt32) { self.init(bits: UInt64(address), isIPv6: false) }

    private init(bits: UInt64, isIPv6: Bool) {
        self.bits = bits
        self.isIPv6 = isIPv6
    }

    /// The prefix of IPv4 addresses on a socket for both kinds (`::ffff:192.0.2.1`).
    private static let mappedPrefix: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
}
