internal import Foundation
internal import Model
internal import NIOCore

/// The addresses of a host.
enum HostAddresses {
    /// Asks the system, which may take its time: not on an event loop. It also reads the odd spellings of an address, such
    /// as `0x7f.1`, so that what is judged is what would be connected to.
    static func find(_ host: String, port: Int) throws(OutsideFault) -> [SocketAddress] {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var first: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(host, String(port), &hints, &first)
        guard status == 0, let first else {
            throw OutsideFault("the host has no address: \(String(cString: gai_strerror(status)))")
        }
        defer { freeaddrinfo(first) }
        return sequence(first: first) { $0.pointee.ai_next }.compactMap { address(of: $0.pointee) }
    }

    private static func address(of found: addrinfo) -> SocketAddress? {
        guard let address = found.ai_addr else { return nil }
        return switch found.ai_family {
        case AF_INET:
            SocketAddress(UnsafeRawPointer(address).loadUnaligned(as: sockaddr_in.self))
        case AF_INET6:
            SocketAddress(UnsafeRawPointer(address).loadUnaligned(as: sockaddr_in6.self))
        default: nil
        }
    }
}

extension SocketAddress {
    /// Whether it can be of a server on the Internet.
    var isPublic: Bool {
        let bytes: [UInt8] =
            switch self {
            case .v4(let address): withUnsafeBytes(of: address.address.sin_addr) { Array($0) }
            case .v6(let address): withUnsafeBytes(of: address.address.sin6_addr) { Array($0) }
            case .unixDomainSocket: []
            }
        return NetworkAddress(bytes: bytes)?.isPublic ?? false
    }
}
