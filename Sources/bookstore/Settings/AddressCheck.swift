internal import Foundation
internal import Model
internal import NIOCore
internal import TierHTTP

/// A look, before anything is made, whether servers could listen where they are to.
enum AddressCheck {
    /// Binds a socket to each address, listens on none and closes all: nobody can connect meanwhile, and what
    /// is free now is still free for the server.
    ///
    /// - Throws: ``TierHTTP/ListenFault`` for the first address that cannot be taken.
    static func check(_ addresses: [ServerAddress]) throws {
        for address in addresses {
            if let error = try bindError(at: address) {
                throw ListenFault(address: address, error: IOError(errnoCode: error, reason: "bind"))
            }
        }
    }

    /// The number of the error that binding gives; nil when it works.
    private static func bindError(at address: ServerAddress) throws -> Int32? {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_PASSIVE
        var found: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(address.host, String(address.port), &hints, &found)
        defer { if let found { freeaddrinfo(found) } }
        guard status == 0, let first = found?.pointee else {
            throw WorkFault(
                "cannot listen on \(address): the host is unknown; name an address of this machine")
        }
        let descriptor = socket(first.ai_family, first.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return errno }
        defer { close(descriptor) }
        // As the servers do it: connections of an earlier server that are still closing do not block the address.
        var on: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        return bind(descriptor, first.ai_addr, first.ai_addrlen) == 0 ? nil : errno
    }
}
