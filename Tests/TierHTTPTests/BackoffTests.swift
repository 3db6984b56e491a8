import Monitoring
import NIOCore
import Testing

@testable import TierHTTP

@Suite struct BackoffTests {
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)

    @Test func allowsTheFirstAttemptImmediately() {
        let backoff = Backoff()
        #expect(backoff.allowsAttempt(at: start))
        #expect(!backoff.isDown)
        #expect(backoff.wait(from: start) == .zero)
    }

    @Test(arguments: 0..<50 as Range<UInt64>) func waitsGrowUpToTheLongest(seed: UInt64) {
        var random = FastRandom(seed: seed)
        var backoff = Backoff()
        var now = start
        var expected = Backoff.waitMin
        for failure in 1...40 {
            backoff.failed(at: now, random: &random)
            let wait = backoff.wait(from: now)
            #expect(wait >= .nanoseconds(expected.nanoseconds * 3 / 4))
            #expect(wait <= .nanoseconds(expected.nanoseconds * 5 / 4))
            #expect(backoff.isDown == (failure >= Backoff.quickAttemptCountMax))
            #expect(!backoff.allowsAttempt(at: now + wait - .nanoseconds(1)))
            now = now + wait
            #expect(backoff.allowsAttempt(at: now))
            expected = min(.nanoseconds(expected.nanoseconds * 2), Backoff.waitMax)
        }
        backoff.succeeded()
        #expect(!backoff.isDown)
        #expect(backoff.allowsAttempt(at: start))
    }

    @Test func waitsAreSpread() {
        var random = FastRandom(seed: 7)
        let waits = (0..<100).map { _ in
            var backoff = Backoff()
            backoff.failed(at: start, random: &random)
            return backoff.wait(from: start).nanoseconds
        }
        #expect(Set(waits).count > 50)
    }
}
