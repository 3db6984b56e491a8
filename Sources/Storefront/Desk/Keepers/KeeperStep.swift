/// What was done to a keeper's account. The raw value is the code of the notice.
enum KeeperStep: String {
    case added = "keeper-added"
    case role = "keeper-role"
    case password = "keeper-password"
    case removed = "keeper-removed"
    case ended = "sessions-ended"
    /// The own password.
    case own = "own-password"
    /// All own sessions.
    case out = "signed-out"

    var words: String {
        switch self {
        case .added: "The keeper can sign in now."
        case .role: "The role is changed; the keeper has to sign in again."
        case .password: "The password is changed; the keeper has to sign in again, with the new one."
        case .removed: "The keeper is removed and signed out. What the keeper did stays in the ledger."
        case .ended: "Signed out there."
        case .own: "Your password is changed. Sign in with the new one."
        case .out: "You are signed out everywhere."
        }
    }
}
