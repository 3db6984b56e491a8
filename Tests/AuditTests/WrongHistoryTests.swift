import Audit
import Linearizability
import Model
import Testing

/// Histories with one broken promise each: a checker that accepts any of them proves nothing.
@Suite struct WrongHistoryTests {
    @Test func staleReadAfterAcknowledgedBuy() {
        #expect(isViolation([lookup(0...1, 3), buy(2...3, .success), lookup(4...5, 3)]))
    }

    @Test func oversold() {
        #expect(isViolation([buy(0...9, .success), buy(0...9, .success)], from: state(1)))
        #expect(
            isViolation(
                [buy(0...1, .unknown), lookup(2...3, 0), buy(4...5, .success)], from: state(1)))
    }

    @Test func lostUpdate() {
        #expect(
            isViolation([
                update(0...9, .success, units: 5), update(1...8, .success, units: 2), lookup(10...11, 8),
            ]))
        #expect(isViolation([update(0...1, .success, price: 500), lookup(2...3, 3)]))
    }

    @Test func duplicateSaleUnderOneKey() {
        #expect(
            isViolation([buy(0...1, .success, key: "a"), buy(2...3, .success, key: "a"), lookup(4...5, 1)]))
        #expect(
            isViolation([buy(0...1, .unknown, key: "a"), buy(2...3, .success, key: "a"), lookup(4...5, 1)]))
    }

    @Test func keyAnsweredTwice() {
        let verdict = check([buy(0...1, .success, key: "a"), buy(2...3, .failed, key: "a")], from: state(1))
        guard case .violation(book, let explanation) = verdict else {
            Issue.record("\(verdict)")
            return
        }
        #expect(explanation.reason == .keyAnsweredTwice)
        #expect(explanation.unplaced.count == 2)
    }

    @Test func failedIsForgotten() {
        // The key was refused, so its repetition must not sell, even though there is stock again.
        #expect(
            isViolation(
                [
                    buy(0...1, .failed, key: "a"), update(2...3, .success, units: 1),
                    buy(4...5, .success, key: "a"),
                ],
                from: state(0)))
    }

    @Test func failedWhileThereWasStock() {
        #expect(isViolation([buy(0...9, .failed), buy(1...8, .success), buy(2...7, .success)]))
        #expect(isViolation([update(0...1, .failed, units: -3)]))
        #expect(isViolation([update(0...1, .failed, units: 2)]))
    }

    @Test func valueNeverPresent() {
        #expect(isViolation([buy(0...9, .success), lookup(1...8, 1)]))
        #expect(isViolation([lookup(0...1, 3, 999)]))
    }

    @Test func findsAnUpdateSplitInTwo() {
        #expect(isViolation([update(0...9, .success, units: 2, price: 500), lookup(1...8, 5)]))
        #expect(isViolation([update(0...9, .success, units: 2, price: 500), lookup(1...8, 3, 500)]))
        #expect(isViolation([update(0...9, .unknown, units: 2, price: 500), lookup(1...8, 5)]))
    }

    @Test func acknowledgedBuyNeverVisible() {
        #expect(isViolation([buy(0...1, .success), lookup(50...51, 3), lookup(100...101, 3)]))
    }

    @Test func unknownTookEffectTwice() {
        #expect(isViolation([buy(0...1, .unknown), lookup(2...3, 2), lookup(4...5, 1)]))
        #expect(isViolation([update(0...1, .unknown, units: 5), lookup(2...3, 8), lookup(4...5, 13)]))
    }

    @Test func unknownTookEffectBeforeItsTime() {
        #expect(isViolation([lookup(0...1, 2), buy(2...3, .unknown)]))
    }

    @Test func readsGoBackInTime() {
        #expect(isViolation([buy(0...20, .success), lookup(1...2, 2), lookup(3...4, 3)]))
        #expect(isViolation([update(0...20, .unknown, price: 5), lookup(1...2, 3, 5), lookup(3...4, 3)]))
    }

    @Test func refusedUpdateLeavesItsPrice() {
        #expect(isViolation([update(0...1, .failed, units: -9, price: 5), lookup(2...3, 3, 5)]))
    }

    @Test func explanationShowsWhereItBreaks() {
        let stale = lookup(6...7, 3)
        let verdict = check([
            lookup(0...1, 3), buy(2...3, .success), lookup(4...5, 2), stale, lookup(8...9, 2),
        ])
        guard case .violation(book, let explanation) = verdict else {
            Issue.record("\(verdict)")
            return
        }
        #expect(explanation.reason == .noOrder)
        #expect(explanation.placed.count == 3)
        #expect(explanation.state == state(2))
        #expect(explanation.unplaced == [stale])
        #expect(
            explanation.description.contains(
                "then stock 2 at 10, which does not fit:\n  client 0 [6 … 7] lookup 1"))
    }

    @Test func oneKeyForTwoBooks() {
        let other = ItemNumber(2)!
        let history = History([buy(0...1, .success, key: "a"), buy(2...3, .success, key: "a", item: other)])
        let verdict = LinearizabilityChecker.check(history, initial: [book: state(3), other: state(3)])
        guard case .violation(other, let explanation) = verdict else {
            Issue.record("\(verdict)")
            return
        }
        #expect(explanation.reason == .keyOfTwoBooks)
    }

    @Test func violationOfAnotherBookIsFound() {
        let other = ItemNumber(2)!
        let history = History([buy(0...1, .success), lookup(2...3, 2, item: other)])
        let verdict = LinearizabilityChecker.check(history, initial: [book: state(3), other: state(3)])
        guard case .violation(other, _) = verdict else {
            Issue.record("\(verdict)")
            return
        }
    }

    @Test func noInitialState() {
        let verdict = LinearizabilityChecker.check(History([lookup(0...1, 3)]), initial: [:])
        guard case .violation(book, let explanation) = verdict else {
            Issue.record("\(verdict)")
            return
        }
        #expect(explanation.reason == .noInitialState)
    }
}
