/// Who is signed in. In memory only: a restart of the shop asks everyone to sign in again.
///
/// A plain struct: events and the time in, decisions out.
struct SessionTable: Sendable {
    /// How long a session lasts without use, and in all.
    static let idleMax = Duration.seconds(60 * 60)
    static let ageMax = Duration.seconds(12 * 60 * 60)
    /// Sessions at a time; a further one ends the one that was used least lately.
    static let countMax = 100

    private var sessions: [String: DeskSession] = [:]

    /// Opens a session and ends the one that the same device had: a browser that lost its cookie cannot sign
    /// out any more.
    ///
    /// - Returns: its id, 256 random bits in hexadecimal.
    mutating func open(
        keeper: String, device: String? = nil, now: ContinuousClock.Instant
    ) -> String {
        sessions = sessions.filter {
            Self.isAlive($0.value, now: now) && (device == nil || $0.value.device != device)
        }
        if sessions.count >= Self.countMax, let oldest = sessions.min(by: { $0.value.used < $1.value.used }) {
            sessions[oldest.key] = nil
        }
        let id = Self.secret()
        sessions[id] = DeskSession(
            keeper: keeper, formToken: Self.secret(), opened: now, used: now, device: device)
        return id
    }

    /// The session with an id, which counts as a use of it; nil when there is none or it has ended.
    mutating func use(_ id: String, now: ContinuousClock.Instant) -> DeskSession? {
        guard var session = sessions[id] else { return nil }
        guard Self.isAlive(session, now: now) else {
            sessions[id] = nil
            return nil
        }
        session.used = now
        sessions[id] = session
        return session
    }

    /// Ends a session.
    mutating func close(_ id: String) { sessions[id] = nil }

    private static func isAlive(_ session: DeskSession, now: ContinuousClock.Instant) -> Bool {
        now - session.used < idleMax && now - session.opened < ageMax
    }

    /// 256 random bits.
    private static func secret() -> String { Secret.random(words: 4) }
}
