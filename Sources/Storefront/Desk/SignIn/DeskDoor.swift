internal import Dispatch
internal import Hummingbird
internal import Model
internal import Passwords
internal import Synchronization

/// Access to the desk: sign-in, sessions, and the tokens of forms.
final class DeskDoor: Sendable {
    /// The result of an attempt to sign in.
    enum Attempt: Sendable {
        /// The new session's ID, and the value of the cookie that identifies the device from then on.
        case opened(sessionID: String, deviceCookie: String)
        case wrong
        /// There were too many failures; the visitor must wait this long.
        case locked(Duration)
        /// Too many attempts are waiting.
        case busy
    }

    /// A visitor who tries to sign in.
    struct Visitor: Sendable {
        let keeper: String
        let password: String
        let origin: SignInOrigin
        /// The browser, if it signed in before.
        var device: DeskDevice?
        /// The session that the browser still has; a new one ends it.
        var sessionID: String?
    }

    private struct Waiting {
        let visitor: Visitor
        let answer: CheckedContinuation<Attempt, Never>
    }

    private struct State {
        var sessions = SessionTable()
        var attempts = SignInGuard()
        var queue = SignInQueue<Waiting>()
        var isHashing = false
    }

    private static let cookieName = "desk"
    private static let deviceCookieName = "desk-device"
    /// 400 days in seconds, the longest that browsers keep a cookie.
    private static let deviceCookieAgeMax = 400 * 24 * 3600

    private let password: KeeperPassword
    private let state = Mutex(State())
    /// Hashing is slow on purpose, so it has its own thread. One is enough.
    private let hashing = DispatchQueue(label: "bookstore.desk.password")

    init(password: KeeperPassword) { self.password = password }

    /// Tries a password when it is the visitor's turn.
    func signIn(_ visitor: Visitor) async -> Attempt {
        if let wait = state.withLock({ $0.attempts.wait(visitor.origin.name, now: .now) }) {
            return .locked(wait)
        }
        return await withCheckedContinuation { continuation in
            let (refused, isFirst) = state.withLock { state -> (Waiting?, Bool) in
                let waiting = Waiting(visitor: visitor, answer: continuation)
                let refused = state.queue.add(waiting, from: visitor.origin)
                let isFirst = !state.isHashing
                state.isHashing = true
                return (refused, isFirst)
            }
            refused?.answer.resume(returning: .busy)
            if isFirst { hashing.async { self.settleAll() } }
        }
    }

    private func settleAll() {
        while let waiting = next() { waiting.answer.resume(returning: settle(waiting.visitor)) }
    }

    private func next() -> Waiting? {
        state.withLock { state in
            let waiting = state.queue.next()
            state.isHashing = waiting != nil
            return waiting
        }
    }

    private func settle(_ visitor: Visitor) -> Attempt {
        // Other attempts from the same address may have failed while this one waited.
        if let wait = state.withLock({ $0.attempts.wait(visitor.origin.name, now: .now) }) {
            return .locked(wait)
        }
        let isRight = password.matches(visitor.password)
        return state.withLock { state in
            guard isRight else {
                state.attempts.failed(visitor.origin.name, now: .now)
                return .wrong
            }
            state.attempts.succeeded(visitor.origin.name)
            if let old = visitor.sessionID { state.sessions.close(old) }
            let device = visitor.device ?? .random()
            let id = state.sessions.open(keeper: visitor.keeper, device: device.name, now: .now)
            return .opened(sessionID: id, deviceCookie: device.cookie(key: password.deviceKey))
        }
    }

    /// The sender of the sign-in form. A known device counts by itself, anyone else by address.
    func visitor(_ keeper: String, password: String, request: Request, address: String) -> Visitor {
        let device = request.cookies[Self.deviceCookieName].flatMap {
            DeskDevice(cookie: $0.value, key: self.password.deviceKey)
        }
        return Visitor(
            keeper: keeper, password: password,
            origin: device.map { SignInOrigin(device: $0.name) } ?? SignInOrigin(address: address),
            device: device, sessionID: request.cookies[Self.cookieName]?.value)
    }

    /// The session of a request; nil if its sender is not signed in.
    func session(of request: Request) -> DeskSession? {
        guard let id = request.cookies[Self.cookieName]?.value else { return nil }
        return state.withLock { $0.sessions.use(id, now: .now) }
    }

    /// Ends the session of a request.
    func signOut(_ request: Request) {
        guard let id = request.cookies[Self.cookieName]?.value else { return }
        state.withLock { $0.sessions.close(id) }
    }

    /// The cookie of a session; nil makes the cookie that ends it.
    static func cookie(sessionID: String?, for request: Request) -> Cookie {
        Cookie(
            name: cookieName, value: sessionID ?? "", maxAge: sessionID == nil ? 0 : nil, path: "/desk",
            secure: request.isOverTLS, httpOnly: true, sameSite: .strict)
    }

    /// The cookie that identifies a device.
    static func cookie(device value: String, for request: Request) -> Cookie {
        Cookie(
            name: deviceCookieName, value: value, maxAge: deviceCookieAgeMax, path: "/desk/sign-in",
            secure: request.isOverTLS, httpOnly: true, sameSite: .strict)
    }
}
