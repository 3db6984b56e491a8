import NIOCore
import Testing

@testable import TierHTTP

@Suite struct InFlightLimitTests {
    private static let start = NIODeadline.uptimeNanoseconds(1_000_000_000)

    private func limits() -> ServerLimits {
        var limits = ServerLimits()
        limits.inFlightPerLoopMin = 100
        limits.inFlightPerLoopMax = 1_000
        limits.waitAimed = .seconds(1)
        return limits
    }

    /// - Returns: the limit after half a second with so many answers, while so many are worked on.
    private func limit(after answers: Int, of limits: ServerLimits, inFlight: Int = 500) -> Int {
        var limit = InFlightLimit(limits: limits, at: Self.start)
        for _ in 0..<answers { limit.answered() }
        limit.adapt(to: inFlight, at: Self.start + .milliseconds(500))
        return limit.count
    }

    @Test(arguments: [(0, 100), (30, 100), (50, 100), (200, 400), (499, 998), (5_000, 1_000)])
    func takesOnWhatIsAnsweredInTheTimeAimedAt(answers: Int, count: Int) {
        #expect(limit(after: answers, of: limits()) == count)
    }

    @Test func aRateWithoutPressureSaysNothing() {
        #expect(limit(after: 0, of: limits(), inFlight: 0) == 1_000)
        #expect(limit(after: 30, of: limits(), inFlight: 99) == 1_000)
        #expect(limit(after: 30, of: limits(), inFlight: 100) == 100)
    }

    @Test func beginsWithTheMostAndFollowsTheRate() {
        var limit = InFlightLimit(limits: limits(), at: Self.start)
        #expect(limit.count == 1_000)
        for _ in 0..<300 { limit.answered() }
        limit.adapt(to: 900, at: Self.start + .milliseconds(500))
        #expect(limit.count == 600)
        // What was answered before does not count again.
        limit.adapt(to: 600, at: Self.start + .milliseconds(1_000))
        #expect(limit.count == 100)
        // No time has passed.
        limit.adapt(to: 600, at: Self.start + .milliseconds(1_000))
        #expect(limit.count == 100)
    }

    @Test func theMostHoldsAlsoBelowTheLeast() {
        var small = limits()
        small.inFlightPerLoopMax = 2
        #expect(InFlightLimit(limits: small, at: Self.start).count == 2)
        #expect(limit(after: 5_000, of: small) == 2)
        #expect(limit(after: 5_000, of: small, inFlight: 0) == 2)
    }
}
