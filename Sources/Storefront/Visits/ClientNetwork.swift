internal import Foundation
internal import NIOCore

/// What counts as one client: an IPv4 address, or the 64 bits of an IPv6 address that name a network, of which
/// every customer of a provider has at least one to itself.
struct ClientNetwork: Hashable, Sendable {
    private let bits: UInt64
    private let isIPv6: Bool

    /// The network of an address; nil for one that is none of the internet's.
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

    private init(ipv4 address: UInt32) { self.init(bits: UInt64(address), isIPv6: false) }

    private init(bits: UInt64, isIPv6: Bool) {
        self.bits = bits
        self.isIPv6 = isIPv6
    }

    /// IPv4 addresses as a socket for both kinds shows them (`::ffff:192.0.2.1`).
    private static let mappedPrefix: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
}
