import HTTPTypes
import Hummingbird
import Model
import NIOCore
import Passwords
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

    @Test func sessionsEnd() {
        var sessions = SessionTable()
        var now = ContinuousClock.now
        let id = sessions.open(keeper: "ann", now: now)
        #expect(id.utf8.count == 64)
        #expect(sessions.use(id, now: now)?.keeper == "ann")
        #expect(sessions.use("", now: now) == nil)
        while now < ContinuousClock.now + SessionTable.ageMax - .seconds(3600) {
            now += SessionTable.idleMax - .seconds(1)
            #expect(sessions.use(id, now: now) != nil)
        }
        #expect(sessions.use(id, now: now + .seconds(7200)) == nil)

        let other = sessions.open(keeper: "bob", now: now)
        sessions.close(other)
        #expect(sessions.use(other, now: now) == nil)
        let first = sessions.open(keeper: "eve", now: now)
        for number in 1...SessionTable.countMax {
            _ = sessions.open(keeper: "x", now: now + .seconds(Double(number)))
        }
        #expect(sessions.use(first, now: now + .seconds(200)) == nil)
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
        _ password: String, from address: String, device: DeskDevice? = nil, sessionID: String? = nil
    ) -> DeskDoor.Visitor {
        DeskDoor.Visitor(
            keeper: "ann", password: password,
            origin: device.map { SignInOrigin(device: $0.name) } ?? SignInOrigin(address: address),
            device: device, sessionID: sessionID)
    }

    @Test func locksOutAGuesser() async throws {
        let door = DeskDoor(password: try #require(try KeeperPassword(hashing: "correct horse")))
        for _ in 0..<SignInGuard.freeFailureCount {
            guard case .wrong = await door.signIn(visitor("wrong", from: "1.2.3.4")) else {
                Issue.record("not refused as wrong")
                return
            }
        }
        guard case .locked = await door.signIn(visitor("correct horse", from: "1.2.3.4")) else {
            Issue.record("not locked")
            return
        }
        guard case .opened = await door.signIn(visitor("correct horse", from: "5.6.7.8")) else {
            Issue.record("others are locked out too")
            return
        }
    }

    /// Twelve constant guessers, each attempt from a new address, and one keeper who knows the password.
    @Test func letsAKeeperInBesideGuessers() async throws {
        let password = try #require(try KeeperPassword(hashing: "correct horse"))
        let door = DeskDoor(password: password)
        await withTaskGroup(of: Void.self) { group in
            for guesser in 0..<12 {
                group.addTask {
                    var number = 0
                    while !Task.isCancelled {
                        number += 1
                        _ = await door.signIn(visitor("wrong", from: "10.\(guesser).0.\(number)"))
                    }
                }
            }
            for device in [nil, DeskDevice.random()] {
                guard
                    case .opened = await door.signIn(
                        visitor("correct horse", from: "192.0.2.1", device: device))
                else {
                    Issue.record("a keeper who knows the password did not get in")
                    continue
                }
            }
            group.cancelAll()
        }
    }

    @Test func aNewSignInEndsTheOldSession() async throws {
        let door = DeskDoor(password: try #require(try KeeperPassword(hashing: "correct horse")))
        func open(_ device: DeskDevice?, sessionID: String? = nil) async throws -> String {
            let attempt = await door.signIn(
                visitor("correct horse", from: "1.2.3.4", device: device, sessionID: sessionID))
            guard case .opened(let id, _) = attempt else { throw CancellationError() }
            return id
        }
        func isOpen(_ id: String) -> Bool {
            var head = HTTPRequest(method: .get, scheme: "http", authority: "a", path: "/desk")
            head.headerFields[.cookie] = "desk=\(id)"
            return door.session(of: Request(head: head, body: RequestBody(buffer: ByteBuffer()))) != nil
        }
        let first = try await open(nil)
        let second = try await open(nil, sessionID: first)
        #expect(!isOpen(first) && isOpen(second))
        // A browser without its session cookie is recognised by its device cookie.
        let device = DeskDevice.random()
        let third = try await open(device)
        let fourth = try await open(device)
        #expect(!isOpen(third) && isOpen(fourth) && isOpen(second))
    }

    @Test func knowsADeviceByItsCookie() throws {
        let password = try #require(try KeeperPassword(hashing: "correct horse"))
        let device = DeskDevice.random()
        let cookie = device.cookie(key: password.deviceKey)
        let read = try #require(KeeperPassword(parsing: password.text))
        #expect(DeskDevice(cookie: cookie, key: read.deviceKey) == device)
        let other = try #require(try KeeperPassword(hashing: "correct horse"))
        #expect(DeskDevice(cookie: cookie, key: other.deviceKey) == nil)
        let forged = DeskDevice.random().name + cookie.dropFirst(32)
        for value in ["", ".", device.name, String(cookie.dropLast()), forged, cookie + ".", cookie + "0"] {
            #expect(DeskDevice(cookie: value, key: password.deviceKey) == nil, "\(value)")
        }
    }
}
