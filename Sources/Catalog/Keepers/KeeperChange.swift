internal import Crypto
package import Model

/// A change of the keepers and their sessions.
package indirect enum KeeperChange: Sendable {
    /// A keeper is added; with `isFirst` only where there is none.
    case add(KeeperRecord, isFirst: Bool)
    case role(KeeperRole, name: String)
    /// A keeper gets another password, if the hash of the one so far is `old`, where that is given.
    case password(hash: String, name: String, old: String?)
    case remove(name: String)
    /// A session is opened by who has shown the password with this hash. It takes the place of another one.
    case open(SessionRecord, hash: String, replacing: String?)
    /// A session is used.
    case use(digest: String)
    case end(EndedSession)

    /// The SHA-256 of a session's secret: who reads the database can open no session.
    static func digest(of secret: SessionSecret) -> String {
        Hex.text(SHA256.hash(data: Array(secret.text.utf8)))
    }
}
