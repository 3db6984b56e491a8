import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import Model
import NIOCore
import Passwords
import StoreAPI
import StoreClient
import Synchronization
import TestSupport
import Testing

@testable import Storefront

@Suite struct DeskDoorTests {
    @Test func knowsItsPassword() throws {
        let password = try #require(try KeeperPassword(hashing: "correct horse"))
        #expect(password.matches("correct horse"))
        #expect(
            !password.matches("correct hors") && !password.matches("") && !password.matches("Correct horse"))
        #expect(!password.matches(String(repeating: "x", count: 10_000)))
        let read = try #require(KeeperPassword(parsing: password.text))
        #expect(read.matches("correct horse"))
        #expect(!password.text.contains("horse"))
        #expect(try KeeperPassword(hashing: "correct horse")?.text != password.text)
    }

    @Test(arguments: ["", "short", String(repeating: "x", count: 257)])
    func refusesPasswordsOfTheWrongLength(password: String) throws {
        #expect(try KeeperPassword(hashing: password) == nil)
    }

    @Test(arguments: ["", "secret", "scrypt-15-8-1$a$b", "scrypt-15-8-1$AAAAAAAAAAAAAAAAAAAAAA==$AAAA", "$$"])
    func readsNothingElse(text: String) { #expect(KeeperPassword(parsing: text) == nil) }

    @Test func locksAnAddressLongerEachTime() {
        var attempts = SignInGuard()
        var now = ContinuousClock.now
        for _ in 0..<(SignInGuard.freeFailureCount - 1) {
            attempts.failed("a", now: now)
            #expect(attempts.wait("a", now: now) == nil)
        }
        var waits: [Duration] = []
        for _ in 0..<8 {
            attempts.failed("a", now: now)
            let wait = attempts.wait("a", now: now) ?? .zero
            waits.append(wait)
            #expect(attempts.wait("b", now: now) == nil)
            now += wait
            #expect(attempts.wait("a", now: now) == nil)
        }
        #expect(waits.map(\.components.seconds) == [30, 60, 120, 240, 480, 900, 900, 900])
        attempts.succeeded("a")
        attempts.failed("a", now: now)
        #expect(attempts.wait("a", now: now) == nil)
    }

    @Test func remembersABoundedNumberOfAddresses() {
        var attempts = SignInGuard()
        let now = ContinuousClock.now
        for _ in 0..<SignInGuard.freeFailureCount { attempts.failed("locked", now: now) }
        for number in 0..<(2 * SignInGuard.addressCountMax) { attempts.failed("\(number)", now: now) }
        #expect(attempts.wait("locked", now: now) != nil)
    }

    /// The same letters from another keyboard, and hashes from before spellings were unified.
    @Test func knowsItsPasswordInEverySpelling() throws {
        let composed = "caf\u{E9} cr\u{E8}me"
        let decomposed = "cafe\u{301} cre\u{300}me"
        #expect(Array(composed.utf8) != Array(decomposed.utf8))
        for (hashed, tried) in [(composed, decomposed), (decomposed, composed)] {
            let password = try #require(try KeeperPassword(hashing: hashed))
            #expect(password.matches(tried) && password.matches(hashed) && !password.matches("cafe creme"))
            #expect(try #require(KeeperPassword(parsing: password.text)).matches(tried))
        }
        // Hashes of an older version: of the composed and of the decomposed spelling.
        for text in Self.olderHashes {
            let older = try #require(KeeperPassword(parsing: text))
            #expect(older.matches(composed) && older.matches(decomposed) && !older.matches("cafe creme"))
            #expect(older.text == text)
        }
    }

    private static let olderHashes = [
        "scrypt-15-8-1$AAECAwQFBgcICQoLDA0ODw==$D8iQq5xZRjAL7hc7PTe9ZTZTZPsUOwcimI0SB86kskQ=",
        "scrypt-15-8-1$AAECAwQFBgcICQoLDA0ODw==$+DgE8lrnkTewne5dss/aQoShrK7kb0/gOKFT+kVkYPM=",
    ]

    private func visitor(
        _ password: String, from address: String, device: DeskDevice? = nil, secret: SessionSecret? = nil
    ) -> DeskDoor.Visitor {
        DeskDoor.Visitor(
            signIn: SignIn(name: "ann", password: password, device: nil),
            origin: device.map { SignInOrigin(device: $0.name) } ?? SignInOrigin(address: address),
            device: device, secret: secret)
    }

    /// A door behind which passwords are hashed as the store hashes them.
    private func door(_ opened: @escaping @Sendable (SessionSecret?) -> Void = { _ in }) throws -> DeskDoor {
        let password = try #require(try KeeperPassword(hashing: "correct horse"))
        let refusal = try JSONDecoder().decode(
            StoreProblem.self, from: Data(#"{"code":"wrong_sign_in"}"#.utf8))
        return DeskDoor(deviceKey: Self.key) { signIn, old in
            guard try await onThread({ password.matches(signIn.password) }) else {
                throw StoreFault.refused(refusal)
            }
            opened(old)
            let session = KeeperSession(
                id: "s", name: signIn.name, role: .owner, opened: .now, used: .now, device: signIn.device)
            return OpenedSession(secret: .random(), session: session)
        }
    }

    private static let key = SymmetricKey(size: .bits256)

    @Test func locksOutAGuesser() async throws {
        let door = try door()
        for _ in 0..<SignInGuard.freeFailureCount {
            guard case .wrong = try await door.signIn(visitor("wrong", from: "1.2.3.4")) else {
                Issue.record("not refused as wrong")
                return
            }
        }
        guard case .locked = try await door.signIn(visitor("correct horse", from: "1.2.3.4")) else {
            Issue.record("not locked")
            return
        }
        guard case .opened = try await door.signIn(visitor("correct horse", from: "5.6.7.8")) else {
            Issue.record("others are locked out too")
            return
        }
    }

    /// Twelve constant guessers, each attempt from a new address, and one keeper who knows the password.
    @Test func letsAKeeperInBesideGuessers() async throws {
        let door = try door()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for guesser in 0..<12 {
                group.addTask {
                    var number = 0
                    while !Task.isCancelled {
                        number += 1
                        _ = try await door.signIn(visitor("wrong", from: "10.\(guesser).0.\(number)"))
                    }
                }
            }
            for device in [nil, DeskDevice.random()] {
                guard
                    case .opened = try await door.signIn(
                        visitor("correct horse", from: "192.0.2.1", device: device))
                else {
                    Issue.record("a keeper who knows the password did not get in")
                    continue
                }
            }
            group.cancelAll()
        }
    }

    @Test func aNewSignInEndsTheSessionOfItsBrowser() async throws {
        let shown = ShownSecrets()
        let door = try door { old in shown.all.withLock { $0.append(old) } }
        let secret = SessionSecret.random()
        for old in [nil, secret] {
            _ = try await door.signIn(visitor("correct horse", from: "1.2.3.4", secret: old))
        }
        #expect(shown.all.withLock { $0 } == [nil, secret])
    }

    /// A store that does not answer is no wrong password.
    @Test func aStoreThatIsAwayLocksNobodyOut() async throws {
        struct Away: Error {}
        let door = DeskDoor(deviceKey: Self.key) { _, _ in throw Away() }
        for _ in 0...SignInGuard.freeFailureCount {
            await #expect(throws: Away.self) {
                try await door.signIn(visitor("correct horse", from: "1.2.3.4"))
            }
        }
    }

    @Test func knowsADeviceByItsCookie() throws {
        let device = DeskDevice.random()
        let cookie = device.cookie(key: Self.key)
        #expect(DeskDevice(cookie: cookie, key: Self.key) == device)
        #expect(DeskDevice(cookie: cookie, key: SymmetricKey(size: .bits256)) == nil)
        let forged = DeskDevice.random().name + cookie.dropFirst(32)
        for value in ["", ".", device.name, String(cookie.dropLast()), forged, cookie + ".", cookie + "0"] {
            #expect(DeskDevice(cookie: value, key: Self.key) == nil, "\(value)")
        }
    }

    @Test(arguments: [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0",
            "Edge on Windows"
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
            "Safari on iPhone"
        ), ("curl/8.5.0", "curl/8.5.0"),
    ])
    func namesABrowserAsPeopleDo(agent: String, name: String) {
        var head = HTTPRequest(method: .post, scheme: "http", authority: "a", path: "/desk/sign-in")
        head.headerFields[.userAgent] = agent
        #expect(BrowserName.of(Request(head: head, body: RequestBody(buffer: ByteBuffer()))) == name)
    }
}

/// The sessions that the store was shown.
private final class ShownSecrets: Sendable {
    let all = Mutex<[SessionSecret?]>([])
}
