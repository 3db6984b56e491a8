internal import Model

/// A session as the store has it.
package struct SessionRecord: Sendable {
    /// Of its secret; see ``KeeperChange/digest(of:)``.
    let digest: String
    /// Whose it is, as names are compared.
    let keeper: String
    let opened: Timestamp
    let used: Timestamp
    let device: String?

    /// Digits of the digest by which a session can be ended: too few to find the secret by, even if it were shorter.
    static let idLength = 16

    /// Whether a text could be such a name.
    static func isID(_ text: String) -> Bool {
        text.utf8.count == idLength && Hex.value(text.utf8) != nil
    }

    /// The session of a keeper of this name and role.
    func session(name: String, role: KeeperRole) -> KeeperSession {
        KeeperSession(
            id: String(digest.prefix(Self.idLength)), name: name, role: role, opened: opened, used: used,
            device: device)
    }
}
