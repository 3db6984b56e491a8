/// FNV-1a: the same in every process, unlike Swift's own hashes. Anybody can make two texts that are alike, so it
/// is for cases in which an attacker gains nothing.
package enum StableHash {
    /// The hash of some bytes. Over memory, since debug builds take a hundred times as long through a view.
    package static func of(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return hash
    }
}
