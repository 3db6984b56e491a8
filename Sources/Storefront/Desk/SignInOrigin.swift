internal import Foundation

/// Where an attempt to sign in comes from: a device that signed in before, or a network address. Whoever has
/// one IPv6 address has its whole /64, so that is what counts.
struct SignInOrigin: Equatable, Sendable {
    /// What attempts are counted by.
    let name: String
    let isDevice: Bool

    /// A device that signed in before.
    init(device: String) {
        name = "device " + device
        isDevice = true
    }

    /// A network address as text; what is no address counts as one.
    init(address: String) {
        name = Self.network(address)
        isDevice = false
    }

    private static func network(_ address: String) -> String {
        // An address of one link names its interface behind a percent sign.
        let text = String(address.prefix { $0 != "%" })
        var bytes = in6_addr()
        guard inet_pton(AF_INET6, text, &bytes) == 1 else { return text }
        return withUnsafeBytes(of: bytes) { bytes in
            // An IPv4 address on a socket for both kinds (RFC 4291, 2.5.5.2).
            let isMapped = bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
            if isMapped { return bytes[12...].map(String.init).joined(separator: ".") }
            let groups = stride(from: 0, to: 8, by: 2).map { Int(bytes[$0]) << 8 | Int(bytes[$0 + 1]) }
            return groups.map { String($0, radix: 16) }.joined(separator: ":") + "/64"
        }
    }
}
