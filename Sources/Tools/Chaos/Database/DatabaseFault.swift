/// A fault of the database's servers.
enum DatabaseFault: Sendable, Equatable {
    /// Whom it befalls.
    enum Role: String, CaseIterable, Sendable {
        case primary, standby
    }

    /// What becomes of a primary before its standby replaces it.
    enum Loss: String, CaseIterable, Sendable {
        /// Nothing: it serves on and knows nothing of its successor.
        case none = "that serves on"
        /// It is frozen, and thaws when it is replaced, still believing in itself.
        case frozen
        case killed
    }

    /// The server crashes and is started again.
    case restart(Role)
    /// All its processes are stopped for a time.
    case freeze(Role, millis: Int)
    /// An administrator ends all sessions of the store.
    case endSessions
    /// The standby replaces the primary `promoteMillis` after its loss. The old one stays as it is for `oldMillis`, and
    /// for as long again when it is thawed; then its keeper stops it and makes it the new standby.
    case switchOver(Loss, promoteMillis: Int, oldMillis: Int, rewinds: Bool)

    /// The name under which reports count it.
    var name: String {
        switch self {
        case .restart(let role): "database: \(role.rawValue) restarted at once (SIGQUIT)"
        case .freeze(let role, _): "database: \(role.rawValue) frozen (SIGSTOP)"
        case .endSessions: "database: all sessions ended"
        case .switchOver(let loss, _, _, let rewinds):
            "database: standby replaces a primary \(loss.rawValue), "
                + (rewinds ? "which is rewound" : "which is copied anew")
        }
    }
}
