internal import Crypto
internal import Hummingbird
internal import Model
internal import StoreAPI
internal import StoreClient
internal import Synchronization

/// Access to the desk: who may try to sign in and when, and what a browser keeps of it. Names and passwords are the
/// store's business.
final class DeskDoor: Sendable {
    /// The result of an attempt to sign in.
    enum Attempt: Sendable {
        /// What opens the new session, and the value of the cookie that identifies the device from then on.
        case opened(SessionSecret, deviceCookie: String)
        case wrong
        /// There were too many failures; the visitor must wait this long.
        case locked(Duration)
        /// Too many attempts are waiting.
        case busy
    }

    /// A visitor who tries to sign in.
    struct Visitor: Sendable {
        let signIn: SignIn
        let origin: SignInOrigin
        /// The browser, if it signed in before.
        var device: DeskDevice?
        /// The session that the browser still has; a new one ends it.
        var secret: SessionSecret?
    }

    /// Asks the store to open a session.
    typealias Opening = @Sendable (SignIn, _ ending: SessionSecret?) async throws -> OpenedSession

    private struct Waiting {
        let visitor: Visitor
        let answer: CheckedContinuation<Attempt, any Error>
    }

    private struct State {
        var attempts = SignInGuard()
        var queue = SignInQueue<Waiting>()
        var isAsking = false
    }

    private static let cookieName = "desk"
    private static let deviceCookieName = "desk-device"
    /// 400 days in seconds, the longest that browsers keep a cookie.
    private static let deviceCookieAgeMax = 400 * 24 * 3600

    private let open: Opening
    private let deviceKey: SymmetricKey
    private let state = Mutex(State())

    /// - Parameter deviceKey: what proves that a device signed in before.
    init(deviceKey: SymmetricKey, open: @escaping Opening) {
        self.deviceKey = deviceKey
        self.open = open
    }

    /// Tries a name and a password when it is the visitor's turn: the store hashes slowly on purpose, and one at a time
    /// is enough of a shop's.
    ///
    /// - Throws: ``StoreClient/StoreFault`` where the store does not decide.
    func signIn(_ visitor: Visitor) async throws -> Attempt {
        if let wait = state.withLock({ $0.attempts.wait(visitor.origin.name, now: .now) }) {
            return .locked(wait)
        }
        return try await withCheckedThrowingContinuation { continuation in
            let (refused, isFirst) = state.withLock { state -> (Waiting?, Bool) in
                let waiting = Waiting(visitor: visitor, answer: continuation)
                let refused = state.queue.add(waiting, from: visitor.origin)
                let isFirst = !state.isAsking
                state.isAsking = true
                return (refused, isFirst)
            }
            refused?.answer.resume(returning: .busy)
            if isFirst { Task { await self.settleAll() } }
        }
    }

    private func settleAll() async {
        while let waiting = next() {
            do {
                waiting.answer.resume(returning: try await settle(waiting.visitor))
            } catch {
                waiting.answer.resume(throwing: error)
            }
        }
    }

    private func next() -> Waiting? {
        state.withLock { state in
            let waiting = state.queue.next()
            state.isAsking = waiting != nil
            return waiting
        }
    }

    private func settle(_ visitor: Visitor) async throws -> Attempt {
        // Other attempts from the same address may have failed while this one waited.
        if let wait = state.withLock({ $0.attempts.wait(visitor.origin.name, now: .now) }) {
            return .locked(wait)
        }
        do {
            let opened = try await open(visitor.signIn, visitor.secret)
            state.withLock { $0.attempts.succeeded(visitor.origin.name) }
            let device = visitor.device ?? .random()
            return .opened(opened.secret, deviceCookie: device.cookie(key: deviceKey))
        } catch StoreFault.refused(let problem) where problem.code == StoreError.wrongSignIn.code {
            state.withLock { $0.attempts.failed(visitor.origin.name, now: .now) }
            return .wrong
        } catch StoreFault.busy {
            return .busy
        }
    }

    /// The sender of the sign-in form. A known device counts by itself, anyone else by address.
    func visitor(_ keeper: String, password: String, request: Request, address: String) -> Visitor {
        let device = request.cookies[Self.deviceCookieName].flatMap {
            DeskDevice(cookie: $0.value, key: deviceKey)
        }
        return Visitor(
            signIn: SignIn(name: keeper, password: password, device: BrowserName.of(request)),
            origin: device.map { SignInOrigin(device: $0.name) } ?? SignInOrigin(address: address),
            device: device, secret: Self.secret(of: request))
    }

    /// What the browser of a request shows to open a session; nil where it shows nothing of the kind.
    static func secret(of request: Request) -> SessionSecret? {
        request.cookies[cookieName].flatMap { SessionSecret(parsing: $0.value) }
    }

    /// The cookie of a session; nil makes the cookie that ends it.
    static func cookie(_ secret: SessionSecret?, for request: Request) -> Cookie {
        Cookie(
            name: cookieName, value: secret?.text ?? "", maxAge: secret == nil ? 0 : nil, path: "/desk",
            secure: request.isOverTLS, httpOnly: true, sameSite: .strict)
    }

    /// The cookie that identifies a device.
    static func cookie(device value: String, for request: Request) -> Cookie {
        Cookie(
            name: deviceCookieName, value: value, maxAge: deviceCookieAgeMax, path: "/desk/sign-in",
            secure: request.isOverTLS, httpOnly: true, sameSite: .strict)
    }
}
