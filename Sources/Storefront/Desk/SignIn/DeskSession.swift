internal import Crypto
internal import Foundation
internal import Model
internal import Passwords

/// A keeper who is signed in, as the store has it. The shop itself remembers none: whoever shows the secret is asked for
/// at the store, so any shop of the store takes it, and one that was ended is over at once.
struct DeskSession: Sendable {
    private static let formTokenLabel = "form of the desk"

    /// What opens it, which the store and the browser's cookie know.
    let secret: SessionSecret
    /// A name that opens nothing.
    let id: String
    /// Whose it is, and who has made every change of it in the ledger.
    let keeper: String
    let role: KeeperRole
    let opened: Timestamp

    init(_ session: KeeperSession, secret: SessionSecret) {
        self.secret = secret
        id = session.id
        keeper = session.name
        role = session.role
        opened = session.opened
    }

    /// The token in every form of the session, so that no other page can send one. It follows from the secret, so every
    /// shop of the store knows it, and the secret does not follow from it.
    var formToken: String {
        Hex.text(
            HMAC<SHA256>.authenticationCode(
                for: Data(Self.formTokenLabel.utf8), using: SymmetricKey(data: Data(secret.text.utf8))))
    }

    /// Whether a form comes from a page of the session.
    func hasSent(_ form: Form) throws -> Bool {
        ConstantTime.areEqual((try form["csrf"] ?? "").utf8, formToken.utf8)
    }

    /// Whether the keeper may do what takes `right`. The store itself decides; pages do not offer what it would refuse.
    func may(_ right: KeeperRight) -> Bool { role.has(right) }
}
