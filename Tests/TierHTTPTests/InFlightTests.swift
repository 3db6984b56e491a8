import NIOCore
import Testing

@testable import TierHTTP

@Suite struct InFlightTests {
    private static let start = NIODeadline.uptimeNanoseconds(1_000_000_000)

    private func limits() -> ServerLimits {
        var limits = ServerLimits()
        limits.inFlightPerLoopMin = 100
        limits.inFlightPerLoopMax = 1_000
        limits.waitAimed = .seconds(1)
        return limits
    }

    /// Half a second in which so many are worked on at once, and so many are answered.
    private func pass(_ halfSeconds: Int64, _ requests: inout InFlight, peak: Int, answers: Int) {
        while requests.count < peak { requests.begin() }
        for _ in 0..<answers {
            requests.end(isAnswered: true)
            requests.begin()
        }
        requests.adapt(at: Self.start + .milliseconds(500 * halfSeconds))
    }

    @Test(arguments: [(0, 100), (30, 100), (50, 100), (200, 400), (499, 998), (5_000, 1_000)])
    func takesOnWhatIsAnsweredInTheTimeAimedAt(answers: Int, limit: Int) {
        var requests = InFlight(limits: limits(), at: Self.start)
        pass(1, &requests, peak: 500, answers: answers)
        #expect(requests.limit == limit)
    }

    @Test func aRateWithoutPressureSaysNothing() {
        var requests = InFlight(limits: limits(), at: Self.start)
        #expect(requests.limit == 1_000)
        pass(1, &requests, peak: 99, answers: 30)
        #expect(requests.limit == 1_000)
        pass(2, &requests, peak: 100, answers: 30)
        #expect(requests.limit == 100)
    }

    /// The pressure lasts although there are fewer at the moment at which the limit is worked out.
    @Test func pressureIsThatOfTheWholeTime() {
        var requests = InFlight(limits: limits(), at: Self.start)
        pass(1, &requests, peak: 300, answers: 100)
        #expect(requests.limit == 200)
        for _ in 0..<250 { requests.end(isAnswered: true) }
        requests.adapt(at: Self.start + .milliseconds(1_000))
        #expect(requests.limit == 500)
        // Now a whole time has been without.
        requests.adapt(at: Self.start + .milliseconds(1_500))
        #expect(requests.limit == 1_000)
    }

    @Test func refusalsShowNoRate() {
        var requests = InFlight(limits: limits(), at: Self.start)
        for _ in 0..<300 { requests.begin() }
        for _ in 0..<200 {
            requests.begin()
            requests.end(isAnswered: false)
        }
        requests.adapt(at: Self.start + .milliseconds(500))
        #expect(requests.limit == 100 && !requests.hasRoom)
        // No time has passed.
        requests.adapt(at: Self.start + .milliseconds(500))
        #expect(requests.limit == 100)
    }

    @Test func theMostHoldsAlsoBelowTheLeast() {
        var small = limits()
        small.inFlightPerLoopMax = 2
        var requests = InFlight(limits: small, at: Self.start)
        for _ in 0..<2 { requests.begin() }
        #expect(requests.hasRoom)
        requests.begin()
        #expect(!requests.hasRoom)
        pass(1, &requests, peak: 200, answers: 5_000)
        #expect(requests.limit == 2)
    }
}
