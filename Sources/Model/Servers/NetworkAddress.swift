/// An IPv4 or IPv6 address.
package struct NetworkAddress: Equatable, Sendable {
    /// 4 or 16.
    private let bytes: [UInt8]

    /// - Parameter bytes: 4 or 16, as they stand in a packet.
    package init?(bytes: some Sequence<UInt8>) {
        self.bytes = Array(bytes)
        guard self.bytes.count == 4 || self.bytes.count == 16 else { return nil }
    }

    /// The first bits of addresses.
    private struct Block {
        let bytes: [UInt8]
        let bitCount: Int

        init(_ bytes: UInt8..., bits: Int) {
            self.bytes = bytes
            bitCount = bits
        }

        func contains(_ address: [UInt8]) -> Bool {
            for (index, byte) in bytes.enumerated() {
                let count = min(8, bitCount - 8 * index)
                if (address[index] ^ byte) >> UInt8(8 - count) != 0 { return false }
            }
            return true
        }
    }

    /// What IANA's registry of special-purpose addresses (RFC 6890) keeps from the Internet, and all above it: multicast,
    /// the reserved and broadcast. Those of documentation, to which nothing answers, are left out.
    private static let specialV4 = [
        // This network; private; shared with a provider; this machine; this link.
        Block(0, bits: 8), Block(10, bits: 8), Block(100, 64, bits: 10), Block(127, bits: 8),
        Block(169, 254, bits: 16), Block(172, 16, bits: 12), Block(192, 168, bits: 16),
        // Protocols; 6to4's relays; measurements of networks; multicast and reserved.
        Block(192, 0, 0, bits: 24), Block(192, 88, 99, bits: 24), Block(198, 18, bits: 15),
        Block(224, bits: 3),
    ]
    /// The one part of IPv6 that is for the Internet.
    private static let globalV6 = Block(0x20, bits: 3)
    /// What is in it and leads elsewhere: protocols with Teredo, and 6to4.
    private static let specialV6 = [Block(0x20, 0x01, 0x00, bits: 23), Block(0x20, 0x02, bits: 16)]
    /// IPv4 addresses in the last four bytes: mapped, and through a translator (RFC 6052).
    private static let embedded = [
        Block(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, bits: 96),
        Block(0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0, bits: 96),
    ]

    /// Whether it can be of a server on the Internet: not this machine, not its networks, and of one receiver.
    package var isPublic: Bool {
        guard bytes.count == 16 else { return !Self.specialV4.contains { $0.contains(bytes) } }
        if Self.embedded.contains(where: { $0.contains(bytes) }) {
            return NetworkAddress(bytes: bytes.suffix(4))?.isPublic ?? false
        }
        return Self.globalV6.contains(bytes) && !Self.specialV6.contains { $0.contains(bytes) }
    }
}
