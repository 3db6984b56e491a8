/// The sessions of signed-in keepers. They are only in memory: after a restart everyone signs in again.
///
/// A plain value without input or output: it receives events and the time, and returns decisions.
struct SessionTable: Sendable {
    /// The longest time without use, and the longest total time of a session.
    static let idleMax = Duration.seconds(60 * 60)
    static let ageMax = Duration.seconds(12 * 60 * 60)
    /// The most sessions; a further one ends the least recently used one.
    static let countMax = 100

    private var sessions: [String: DeskSession] = [:]

    /// Opens a session and ends the previous session of the browser, which could not sign out of it after
    /// losing its cookie.
    ///
    /// - Returns: the session's ID, 256 random bits in hexadecimal.
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

    /// The session with an ID, whose last use this updates; nil if there is none or it has ended.
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
