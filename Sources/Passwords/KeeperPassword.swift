internal import Crypto
internal import CryptoExtras
internal import Foundation

/// A keeper's password as the store keeps it, salted and hashed by scrypt (RFC 7914), which takes much time
/// and memory on purpose.
package struct KeeperPassword: Sendable {
    /// The shortest and longest password, in UTF-8 bytes.
    package static let byteCounts = 8...256

    /// scrypt's cost: 2^15 rounds of 8 blocks take 32 MB and about a tenth of a second.
    private static let rounds = 1 << 15
    private static let blockSize = 8
    private static let memoryMax = 64 * 1024 * 1024
    private static let saltByteCount = 16
    private static let hashByteCount = 32
    /// Passwords are hashed in Unicode's composed form (NFC), since keyboards and systems encode the same
    /// letters differently.
    private static let scheme = "scrypt-15-8-1-nfc"
    /// The scheme of older hashes, of passwords as they were typed.
    private static let typedScheme = "scrypt-15-8-1"

    private let scheme: String
    private let salt: Data
    private let hash: Data

    /// Hashes a password with a new salt, which takes a tenth of a second of processor time.
    ///
    /// - Returns: nil if the length of the composed password is outside ``byteCounts``.
    package init?(hashing password: String) throws {
        let password = password.precomposedStringWithCanonicalMapping
        guard Self.byteCounts.contains(password.utf8.count) else { return nil }
        scheme = Self.scheme
        var random = SystemRandomNumberGenerator()
        salt = Data((0..<Self.saltByteCount).map { _ in UInt8.random(in: 0...255, using: &random) })
        hash = try Self.derive(Data(password.utf8), salt: salt)
    }

    /// Reads what ``text`` wrote; nil for anything else.
    package init?(parsing text: some StringProtocol) {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 3, [Self.scheme, Self.typedScheme].contains(String(parts[0])),
            let salt = Data(base64Encoded: String(parts[1])), salt.count == Self.saltByteCount,
            let hash = Data(base64Encoded: String(parts[2])), hash.count == Self.hashByteCount
        else { return nil }
        scheme = String(parts[0])
        self.salt = salt
        self.hash = hash
    }

    /// One that nobody has: comparing with it takes as long as with somebody's.
    package static let nobodys = KeeperPassword(
        scheme: scheme, salt: Data(count: saltByteCount), hash: Data(count: hashByteCount))

    private init(scheme: String, salt: Data, hash: Data) {
        self.scheme = scheme
        self.salt = salt
        self.hash = hash
    }

    /// Scheme, salt and hash on one line, as it is stored.
    package var text: String { "\(scheme)$\(salt.base64EncodedString())$\(hash.base64EncodedString())" }

    /// Returns whether `candidate` is the password. Hashing is too slow for an event loop. With the current
    /// scheme, a right and a wrong password take the same time.
    package func matches(_ candidate: String) -> Bool {
        spellings(of: candidate).reduce(false) { $0 || isHashed($1) }
    }

    /// The encodings of a candidate that may have been hashed. An older hash does not record its encoding, so
    /// all are tried. Letters without accents have only one.
    private func spellings(of candidate: String) -> [[UInt8]] {
        let composed = Array(candidate.precomposedStringWithCanonicalMapping.utf8)
        guard scheme == Self.typedScheme else { return [composed] }
        let decomposed = Array(candidate.decomposedStringWithCanonicalMapping.utf8)
        return [composed, Array(candidate.utf8), decomposed].reduce(into: []) { all, spelling in
            if !all.contains(spelling) { all.append(spelling) }
        }
    }

    private func isHashed(_ candidate: [UInt8]) -> Bool {
        guard candidate.count <= Self.byteCounts.upperBound,
            let derived = try? Self.derive(Data(candidate), salt: salt)
        else { return false }
        return ConstantTime.areEqual(derived, hash)
    }

    private static func derive(_ password: Data, salt: Data) throws -> Data {
        let key = try KDF.Scrypt.deriveKey(
            from: password, salt: salt, outputByteCount: hashByteCount, rounds: rounds,
            blockSize: blockSize, parallelism: 1, maxMemory: memoryMax)
        return key.withUnsafeBytes { Data($0) }
    }
}
