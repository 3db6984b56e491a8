internal import Crypto
internal import Foundation
internal import Model
internal import Passwords

/// The name of a browser that signed in before, with a proof in its cookie. Only a browser whose user knows a
/// keeper's password gets one, and a restart of the shop invalidates all of them. It gives no access. It puts the
/// device's attempts before those of strangers, and counts them apart from other attempts at its address.
///
/// OWASP calls these device cookies.
struct DeskDevice: Equatable, Sendable {
    private static let nameLength = 32
    private static let proofLength = 64

    /// 128 random bits in hexadecimal.
    let name: String

    /// Makes a new name.
    static func random() -> DeskDevice { DeskDevice(name: Secret.random(words: 2)) }

    private init(name: String) { self.name = name }

    /// Reads the value of a cookie; nil unless it was made with this key.
    init?(cookie: String, key: SymmetricKey) {
        let parts = cookie.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].utf8.count == Self.nameLength,
            parts[1].utf8.count == Self.proofLength
        else { return nil }
        let device = DeskDevice(name: String(parts[0]))
        guard ConstantTime.areEqual(parts[1].utf8, device.proof(key).utf8) else { return nil }
        self = device
    }

    /// The cookie's value.
    func cookie(key: SymmetricKey) -> String { "\(name).\(proof(key))" }

    private func proof(_ key: SymmetricKey) -> String {
        Hex.text(HMAC<SHA256>.authenticationCode(for: Data(name.utf8), using: key))
    }
}
