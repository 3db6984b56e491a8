internal import Dispatch
internal import Hummingbird
internal import Model
internal import Synchronization

/// The desk's door: sign-in, sessions, and the tokens of its forms.
final class DeskDoor: Sendable {
    /// What became of an attempt to sign in.
    enum Attempt {
        case opened(sessionID: String)
        case wrong
        /// Too many failures: wait this long.
        case locked(Duration)
        /// Too many are trying at once.
        case busy
    }

    private static let cookieName = "desk"
    /// Passwords that wait for their hash; each takes a tenth of a second of processor.
    private static let waitingCountMax = 8

    private struct State {
        var sessions = SessionTable()
        var attempts = SignInGuard()
        var waitingCount = 0
    }

    private let password: DeskPassword
    private let state = Mutex(State())
    /// Hashing is slow on purpose, so it has a thread of its own, and one is enough.
    private let hashing = DispatchQueue(label: "bookstore.desk.password")

    init(password: DeskPassword) { self.password = password }

    /// Tries a password.
    func signIn(keeper: String, password candidate: String, from address: String) async -> Attempt {
        let refusal = state.withLock { state -> Attempt? in
            if let wait = state.attempts.wait(address, now: .now) { return .locked(wait) }
            guard state.waitingCount < Self.waitingCountMax else { return .busy }
            state.waitingCount += 1
            return nil
        }
        if let refusal { return refusal }
        let isRight = await withCheckedContinuation { continuation in
            hashing.async { continuation.resume(returning: self.password.matches(candidate)) }
        }
        return state.withLock { state in
            state.waitingCount -= 1
            // Others may have failed from the same address meanwhile, side by side with this one.
            if let wait = state.attempts.wait(address, now: .now) { return .locked(wait) }
            guard isRight else {
                state.attempts.failed(address, now: .now)
                return .wrong
            }
            state.attempts.succeeded(address)
            return .opened(sessionID: state.sessions.open(keeper: keeper, now: .now))
        }
    }

    /// The session that a request belongs to; nil when its sender is not signed in.
    func session(of request: Request) -> DeskSession? {
        guard let id = request.cookies[Self.cookieName]?.value else { return nil }
        return state.withLock { $0.sessions.use(id, now: .now) }
    }

    /// Ends the session of a request.
    func signOut(_ request: Request) {
        guard let id = request.cookies[Self.cookieName]?.value else { return }
        state.withLock { $0.sessions.close(id) }
    }

    /// The cookie of a new session, or the one that ends it.
    static func cookie(sessionID: String?, for request: Request) -> Cookie {
        Cookie(
            name: cookieName, value: sessionID ?? "", maxAge: sessionID == nil ? 0 : nil, path: "/desk",
            secure: request.isOverTLS, httpOnly: true, sameSite: .strict)
    }
}
