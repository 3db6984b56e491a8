import Model
import Testing

@testable import Storefront

@Suite struct DeskDoorTests {
    @Test func knowsItsPassword() throws {
        let password = try #require(try DeskPassword(hashing: "correct horse"))
        #expect(password.matches("correct horse"))
        #expect(
            !password.matches("correct hors") && !password.matches("") && !password.matches("Correct horse"))
        #expect(!password.matches(String(repeating: "x", count: 10_000)))
        let read = try #require(DeskPassword(parsing: password.text))
        #expect(read.matches("correct horse"))
        #expect(!password.text.contains("horse"))
        #expect(try DeskPassword(hashing: "correct horse")?.text != password.text)
    }

    @Test(arguments: ["", "short", String(repeating: "x", count: 257)])
    func refusesPasswordsOfTheWrongLength(password: String) throws {
        #expect(try DeskPassword(hashing: password) == nil)
    }

    @Test(arguments: ["", "secret", "scrypt-15-8-1$a$b", "scrypt-15-8-1$AAAAAAAAAAAAAAAAAAAAAA==$AAAA", "$$"])
    func readsNothingElse(text: String) { #expect(DeskPassword(parsing: text) == nil) }

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

    @Test func locksOutWhoGuesses() async throws {
        let door = DeskDoor(password: try #require(try DeskPassword(hashing: "correct horse")))
        for _ in 0..<SignInGuard.freeFailureCount {
            guard case .wrong = await door.signIn(keeper: "ann", password: "wrong", from: "1.2.3.4") else {
                Issue.record("not refused as wrong")
                return
            }
        }
        guard case .locked = await door.signIn(keeper: "ann", password: "correct horse", from: "1.2.3.4")
        else {
            Issue.record("not locked")
            return
        }
        guard case .opened = await door.signIn(keeper: "ann", password: "correct horse", from: "5.6.7.8")
        else {
            Issue.record("others are locked out too")
            return
        }
    }
}
