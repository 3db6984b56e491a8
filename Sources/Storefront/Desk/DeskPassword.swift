internal import Crypto
internal import CryptoExtras
internal import Dispatch
internal import Foundation

/// The desk's password as the store keeps it: salted and hashed by scrypt (RFC 7914), which is slow and
/// takes much memory on purpose.
public struct DeskPassword: Sendable {
    /// The shortest and the longest password, in UTF-8 bytes.
    public static let byteCounts = 8...256

    /// scrypt's cost: 2^15 rounds of 8 blocks take 32 MB and about a tenth of a second.
    private static let rounds = 1 << 15
    private static let blockSize = 8
    private static let memoryMax = 64 * 1024 * 1024
    private static let saltByteCount = 16
    private static let hashByteCount = 32
    private static let scheme = "scrypt-15-8-1"

    private let salt: Data
    private let hash: Data

    /// Hashes a password with a new salt. It takes a tenth of a second of processor.
    ///
    /// - Returns: nil when its length is outside ``byteCounts``.
    public init?(hashing password: String) throws {
        guard Self.byteCounts.contains(password.utf8.count) else { return nil }
        var random = SystemRandomNumberGenerator()
        salt = Data((0..<Self.saltByteCount).map { _ in UInt8.random(in: 0...255, using: &random) })
        hash = try Self.derive(password, salt: salt)
    }

    /// Reads what ``text`` wrote; nil for anything else.
    public init?(parsing text: some StringProtocol) {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == Self.scheme,
            let salt = Data(base64Encoded: String(parts[1])), salt.count == Self.saltByteCount,
            let hash = Data(base64Encoded: String(parts[2])), hash.count == Self.hashByteCount
        else { return nil }
        self.salt = salt
        self.hash = hash
    }

    /// Scheme, salt and hash on one line, for a file.
    public var text: String { "\(Self.scheme)$\(salt.base64EncodedString())$\(hash.base64EncodedString())" }

    /// Whether `candidate` is the password. Takes the same time either way; not for an event loop.
    func matches(_ candidate: String) -> Bool {
        guard candidate.utf8.count <= Self.byteCounts.upperBound,
            let derived = try? Self.derive(candidate, salt: salt)
        else { return false }
        return ConstantTime.areEqual(derived, hash)
    }

    private static func derive(_ password: String, salt: Data) throws -> Data {
        let key = try KDF.Scrypt.deriveKey(
            from: Data(password.utf8), salt: salt, outputByteCount: hashByteCount, rounds: rounds,
            blockSize: blockSize, parallelism: 1, maxMemory: memoryMax)
        return key.withUnsafeBytes { Data($0) }
    }
}

/// Comparison of secrets.
enum ConstantTime {
    /// Whether two secrets are equal, in a time that does not depend on where they differ.
    static func areEqual(_ left: some Sequence<UInt8>, _ right: some Sequence<UInt8>) -> Bool {
        let (left, right) = (Array(left), Array(right))
        guard left.count == right.count else { return false }
        return zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
