internal import Crypto
package import Model

/// The first 128 bits of a key's SHA-256: what is remembered of a key that sold nothing. Nobody finds a second key
/// with the same ones.
package struct KeyDigest: Equatable, Sendable {
    /// The first half, by which it is found.
    package let high: Int64
    /// The second half, which distinguishes it from another with the same first half.
    package let low: Int64

    /// The digest of a key.
    package init(_ key: IdempotencyKey) {
        var text = key.text
        let digest = text.withUTF8 { SHA256.hash(data: UnsafeRawBufferPointer($0)) }
        (high, low) = digest.withUnsafeBytes {
            ($0.loadUnaligned(as: Int64.self), $0.loadUnaligned(fromByteOffset: 8, as: Int64.self))
        }
    }
}
