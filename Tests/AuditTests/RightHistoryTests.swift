import Audit
import Linearizability
import Model
import Testing

/// Histories that a correct store can produce.
@Suite struct RightHistoryTests {
    @Test func empty() {
        #expect(LinearizabilityChecker.check(History(), initial: [:]) == .linearizable)
    }

    @Test func acceptsASequentialHistory() {
        #expect(
            check([
                lookup(0...1, 3), buy(2...3, .success), lookup(4...5, 2), buy(6...7, .success),
                buy(8...9, .success), buy(10...11, .failed), lookup(12...13, 0),
                update(14...15, .failed, units: -1, price: 7),
                update(16...17, .success, units: 5, price: 900),
                lookup(18...19, 5, 900),
            ]) == .linearizable)
    }

    @Test func overlappingLookupsMaySeeEitherSide() {
        #expect(check([buy(0...10, .success), lookup(1...2, 3), lookup(3...4, 2)]) == .linearizable)
        #expect(check([buy(0...10, .success), lookup(1...8, 2), lookup(2...9, 3)]) == .linearizable)
    }

    @Test func operationsThatTouchInTimeOverlap() {
        #expect(check([buy(0...5, .success), lookup(5...9, 3)]) == .linearizable)
        #expect(isViolation([buy(0...5, .success), lookup(6...9, 3)]))
    }

    @Test func failedBuyBetweenRestocks() {
        #expect(
            check(
                [
                    update(0...10, .success, units: 1), buy(1...9, .success), buy(2...8, .failed),
                    buy(3...7, .failed),
                ], from: state(0)) == .linearizable)
    }

    @Test func repeatedKeyGetsTheFirstAnswer() {
        let sold = [
            buy(0...1, .success, key: "a"), lookup(2...3, 0), buy(4...5, .success, key: "a"),
            lookup(6...7, 0),
        ]
        #expect(check(sold, from: state(1)) == .linearizable)
        let refused = [
            buy(0...1, .failed, key: "a"), update(2...3, .success, units: 1), buy(4...5, .failed, key: "a"),
            lookup(6...7, 1),
        ]
        #expect(check(refused, from: state(0)) == .linearizable)
    }

    @Test func retryAfterUnknownAnswersForIt() {
        // The first request sold the unit, as the lookup before the retry shows.
        #expect(
            check([
                buy(0...1, .unknown, key: "a"), lookup(2...3, 2), buy(4...5, .success, key: "a"),
                lookup(6...7, 2),
            ])
                == .linearizable)
    }

    @Test func unknownTakesEffectLate() {
        #expect(check([buy(0...1, .unknown), lookup(2...3, 3), lookup(100...101, 2)]) == .linearizable)
        #expect(
            check([
                update(0...1, .unknown, units: 4, price: 700), lookup(2...3, 3), buy(4...5, .success),
                lookup(100...101, 6, 700),
            ]) == .linearizable)
    }

    @Test func unknownNeverTakesEffect() {
        #expect(
            check([buy(0...1, .unknown), update(0...1, .unknown, units: 9, price: 1), lookup(2...3, 3)])
                == .linearizable)
    }

    @Test func nextPriceHidesAnUnknownUpdate() {
        #expect(
            check([
                update(0...1, .unknown, units: 5, price: 100), update(2...3, .success, price: 200),
                lookup(4...5, 8, 200),
            ]) == .linearizable)
    }

    @Test func unknownRestockLetsABuySucceed() {
        #expect(
            check(
                [update(0...1, .unknown, units: 2), buy(2...3, .success), lookup(4...5, 1)], from: state(0))
                == .linearizable)
    }

    @Test func booksAreCheckedOneByOne() {
        let other = ItemNumber(2)!
        let history = History([buy(0...1, .success), lookup(2...3, 3, item: other), lookup(2...3, 2)])
        #expect(history.partition().flatMap(\.items) == [book, other])
        #expect(
            LinearizabilityChecker.check(history, initial: [book: state(3), other: state(3)]) == .linearizable
        )
    }

    @Test func limitEndsTheSearch() {
        let history = History([buy(0...1, .success), lookup(2...3, 2), buy(4...5, .success)])
        let verdict = LinearizabilityChecker.check(history, initial: [book: state(3)], stepCountMax: 1)
        #expect(verdict == .undecided(item: book, stepCount: 1))
    }
}
