import Testing

@testable import Bench

@Suite struct ClosedPaceTests {
    @Test func countsOnlyWhatFollowsTheWarmUp() {
        var pace = ClosedPace(warmupCount: 2, limit: .samples(3))
        let tickets = (0..<5).compactMap { pace.next(now: $0) }
        #expect(tickets.map(\.isMeasured) == [false, false, true, true, true])
        #expect(tickets.map(\.intended) == [0, 1, 2, 3, 4])
        #expect(pace.measuredSince == 2)
    }

    /// Clients keep sending uncounted requests until the last samples are answered.
    @Test func keepsTheLoadDuringLastSamples() throws {
        var pace = ClosedPace(warmupCount: 0, limit: .samples(2))
        let pair = [pace.next(now: 0), pace.next(now: 0)].compactMap { $0 }
        pace.done(try #require(pair.first))
        let companion = pace.next(now: 1)
        #expect(companion?.isMeasured == false)
        pace.done(try #require(companion))
        pace.done(try #require(pair.last))
        let late = pace.next(now: 2)
        #expect(late == nil)
        #expect(pace.measuredDoneCount == 2)
    }

    @Test func endsAfterItsTime() {
        var pace = ClosedPace(warmupCount: 1, limit: .nanos(100))
        let taken = [1_000, 5_000, 5_099, 5_100].map { pace.next(now: $0)?.isMeasured }
        #expect(taken == [false, true, true, nil])
    }
}

@Suite struct OpenPaceTests {
    private func pace(
        warmup: Int = 0, count: Int = 10, waiting: Int = 100, patience: UInt64 = 1_000_000_000
    ) -> OpenPace {
        // A request every millisecond.
        var pace = OpenPace(
            rate: 1_000, warmupCount: warmup, measuredCount: count, waitingCountMax: waiting,
            waitNanosMax: patience)
        pace.begin(now: 0)
        return pace
    }

    private func millis(_ count: UInt64) -> UInt64 { count * 1_000_000 }

    @Test func keepsToItsSchedule() {
        var pace = pace(count: 3)
        var sent: [UInt64?] = []
        for now in [0, 0, millis(1) - 1, millis(5)] {
            pace.advance(now: now)
            sent.append(pace.next(now: now)?.intended)
        }
        #expect(sent == [0, nil, nil, millis(1)])
        #expect(!pace.isExhausted && pace.nextDue == nil)
        let last = pace.next(now: millis(5))
        #expect(last == Ticket(intended: millis(2), isMeasured: true))
        #expect(pace.isExhausted)
    }

    /// The store stalls for 9 ms. The waits of the requests in that time count from when they were due.
    @Test func countsWaitsOfRequestsDueDuringAStall() {
        var pace = pace(count: 10)
        pace.advance(now: millis(9))
        var waits: [UInt64] = []
        while let ticket = pace.next(now: millis(9)) { waits.append(millis(9) - ticket.intended) }
        #expect(waits == (0...9).reversed().map { millis($0) })
        #expect(pace.lateCount == 8)
        #expect(pace.notSentCount == 0)
    }

    @Test func dropsRequestsWhenTooManyWait() {
        var pace = pace(count: 10, waiting: 4)
        pace.advance(now: millis(20))
        #expect(pace.notSentCount == 6)
        var sent = 0
        while pace.next(now: millis(20)) != nil { sent += 1 }
        #expect(sent == 4 && pace.measuredSentCount == 4)
        #expect(pace.isExhausted)
    }

    @Test func dropsRequestsThatWaitTooLong() {
        var pace = pace(count: 10, patience: millis(5))
        pace.advance(now: millis(9))
        let first = pace.next(now: millis(9))
        #expect(first?.intended == millis(4))
        #expect(pace.notSentCount == 4)
    }

    @Test func warmsUpWithoutCounting() {
        var pace = pace(warmup: 3, count: 2, waiting: 2)
        #expect(pace.measuredSince == millis(3))
        pace.advance(now: millis(10))
        #expect(pace.notSentCount == 2)
        let first = pace.next(now: millis(10))
        #expect(first?.isMeasured == false)
    }

    @Test func doesNotDrift() {
        var pace = OpenPace(
            rate: 3, warmupCount: 0, measuredCount: 3_001, waitingCountMax: 10, waitNanosMax: 1)
        pace.begin(now: 7)
        let due: UInt64 = 1_000 * 1_000_000_000 + 7
        pace.advance(now: due - 1)
        #expect(pace.nextDue == due)
    }

    @Test func sharesOneScheduleAmongLoops() {
        var due: [UInt64] = []
        for loop in 0..<2 {
            var pace = OpenPace(
                rate: 500, offset: Double(loop) / 2, warmupCount: 0, measuredCount: 2, waitingCountMax: 10,
                waitNanosMax: .max)
            pace.begin(now: 0)
            pace.advance(now: millis(10))
            while let ticket = pace.next(now: millis(10)) { due.append(ticket.intended) }
        }
        #expect(due.sorted() == [0, millis(1), millis(2), millis(3)])
    }
}

@Suite struct LoadPlanTests {
    @Test(arguments: [1, 2, 3, 7]) func losesNothingWhenItIsDivided(count: Int) {
        var plan = LoadPlan(clientCount: 10, pace: .samples(1_001), mix: OperationMix(only: .buy))
        plan.warmupCount = 5
        let parts = (0..<count).map { plan.part($0, of: count) }
        #expect(parts.reduce(0) { $0 + $1.clientCount } == 10)
        #expect(parts.reduce(0) { $0 + $1.warmupCount } == 5)
        let samples = parts.map { if case .samples(let samples) = $0.pace { samples } else { 0 } }
        #expect(samples.reduce(0, +) == 1_001)
    }
}
