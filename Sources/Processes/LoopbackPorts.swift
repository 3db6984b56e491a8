internal import Foundation

/// Ports of this machine for servers that this process starts.
package enum LoopbackPorts {
    /// Below the range from which the system takes ports for outgoing connections: one of those could sit on the port
    /// of a server that was just killed, and the server could not come back.
    package static let range = 12_000..<32_000
    private static let attemptCountMax = 10_000

    /// Finds `count` ports that nobody listens on.
    ///
    /// - Throws: ``ProcessFault`` when there are not as many.
    package static func find(_ count: Int, random: inout some RandomNumberGenerator) throws -> [Int] {
        var ports: [Int] = []
        for _ in 0..<attemptCountMax where ports.count < count {
            let port = Int.random(in: range, using: &random)
            if !ports.contains(port), isFree(port) { ports.append(port) }
        }
        guard ports.count == count else { throw ProcessFault("\(count) free ports", EADDRINUSE) }
        return ports
    }

    /// Whether nobody listens on a port.
    package static func isFree(_ port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        // As servers do: what is left of closed connections is in nobody's way.
        var on: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr = in_addr(s_addr: UInt32(0x7F00_0001).bigEndian)
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
