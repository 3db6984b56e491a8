import Audit
import Linearizability
import Model
import Testing

/// Histories of orders of several books: what no book shows by itself must be found.
@Suite struct GroupHistoryTests {
    private let initial = [book: state(3), otherBook: state(3), thirdBook: state(3)]

    private func check(_ operations: [HistoryOperation], stepCountMax: Int = 100_000) -> Verdict {
        LinearizabilityChecker.check(History(operations), initial: initial, stepCountMax: stepCountMax)
    }

    private func isViolation(_ operations: [HistoryOperation]) -> Bool {
        if case .violation = check(operations) { true } else { false }
    }

    // MARK: Which books are one object

    @Test func ordersConnectBooks() {
        let history = History([
            lookup(0...1, 3, item: thirdBook), order(0...1, [1, 1], .unknown, key: "a"), lookup(0...1, 3),
        ])
        #expect(history.partition().map(\.items) == [[book, otherBook], [thirdBook]])
        #expect(history.partition().map(\.operations.count) == [2, 1])
        var connected = history
        connected.append(order(0...1, [0, 1, 1], .unknown, key: "b"))
        #expect(connected.partition().map(\.items) == [[book, otherBook, thirdBook]])
        #expect(connected.partition()[0].operations == connected.operations)
    }

    // MARK: Wrong only across books

    /// The first book is seen sold before the other is seen unsold: each by itself is in order.
    @Test func halfAnOrderIsSeen() {
        let halves = [lookup(10...20, 2), lookup(30...40, 3, item: otherBook)]
        #expect(isViolation([order(0...100, [1, 1], sold(2000))] + halves))
        #expect(isViolation([order(0...100, [1, 1], .unknown)] + halves))
        #expect(check([order(0...35, [1], sold(1000)), halves[0], halves[1]]) == .linearizable)
        let whole = [lookup(10...20, 2), lookup(30...40, 2, item: otherBook)]
        #expect(check([order(0...100, [1, 1], sold(2000))] + whole) == .linearizable)
        #expect(check([order(0...100, [1, 1], .unknown)] + whole) == .linearizable)
    }

    @Test func halfOfWhatIsPutBackIsSeen() {
        let made = order(0...1, [1, 2], sold(3000))
        #expect(
            isViolation(
                [made, putBack(2...9, [1, 2], .success)] + [
                    lookup(3...4, 3), lookup(5...6, 1, item: otherBook),
                ]))
        #expect(
            check(
                [made, putBack(2...9, [1, 2], .success)] + [
                    lookup(3...4, 3), lookup(5...6, 3, item: otherBook),
                ])
                == .linearizable)
    }

    /// Both books are seen in the states between two orders, but not between the same two.
    @Test func ordersAreSeenInTwoSequences() {
        let orders = [
            order(0...100, [1, 2], sold(3000), key: "a"), order(0...100, [2, 1], sold(3000), key: "b"),
        ]
        #expect(isViolation(orders + [lookup(10...20, 2), lookup(10...20, 2, item: otherBook)]))
        #expect(
            check(orders + [lookup(10...20, 2), lookup(10...20, 1, item: otherBook)]) == .linearizable)
    }

    @Test func refusedThoughAllWasThere() {
        #expect(isViolation([order(0...1, [1, 3], .failed)]))
        #expect(check([order(0...1, [1, 4], .failed)]) == .linearizable)
        // A book was short before, and not any more when the order was refused.
        #expect(
            isViolation([
                order(0...1, [3], sold(3000), key: "a"), putBack(2...3, [3], .success, key: "a"),
                order(4...7, [1, 1], .failed, key: "b"), buy(8...9, .success, item: otherBook),
            ]))
    }

    @Test func soldBeyondTheStockOfOneBook() {
        #expect(
            isViolation([
                order(0...9, [1, 2], sold(3000), key: "a"), order(0...9, [1, 2], sold(3000), key: "b"),
            ]))
    }

    // MARK: Totals

    @Test func soldAtAnOldPrice() {
        let dearer = update(0...1, .success, price: 1500)
        #expect(isViolation([dearer, order(2...3, [1, 1], sold(2000))]))
        #expect(check([dearer, order(2...3, [1, 1], sold(2500))]) == .linearizable)
        #expect(isViolation([dearer, order(2...3, [1, 1], .otherTotal(cents: 2000))]))
        // Another total than expected leaves the key free.
        #expect(
            check([order(0...1, [1, 1], .otherTotal(cents: 2000)), order(2...3, [1, 1], sold(2000))])
                == .linearizable)
    }

    // MARK: Keys

    @Test func aKeyIsOneOrder() {
        let twice = [order(0...1, [1, 1], sold(2000)), order(2...3, [1, 1], sold(2000))]
        #expect(check(twice + [lookup(4...5, 2)]) == .linearizable)
        #expect(isViolation(twice + [lookup(4...5, 1)]))
        #expect(isViolation([twice[0], order(2...3, [1, 1], .failed)]))
        #expect(isViolation([twice[0], order(2...3, [1, 0, 1], sold(2000))]))
        #expect(isViolation([twice[0], buy(2...3, .success, key: "o")]))
    }

    @Test func whatIsPutBackTwiceIsFound() {
        let made = [order(0...1, [1, 1], sold(2000)), putBack(2...3, [1, 1], .success)]
        #expect(isViolation(made + [putBack(4...5, [1, 1], .success), lookup(6...7, 4)]))
        #expect(check(made + [putBack(4...5, [1, 1], .success), lookup(6...7, 3)]) == .linearizable)
    }

    // MARK: The search

    private static let shapes = [
        GroupSimulation(), GroupSimulation(operationCount: 9, unknownPercent: 45, neverPercent: 30),
        GroupSimulation(operationCount: 9, stock: 1, orderPercent: 45),
        GroupSimulation(clientCount: 6, operationCount: 8, durationMax: 100),
    ]

    @Test(arguments: shapes.indices) func agreesWithBruteForce(shape: Int) {
        let simulation = Self.shapes[shape]
        var counts = (right: 0, wrong: 0)
        for seed in 0..<1000 as Range<UInt64> {
            var history = simulation.history(seed: seed)
            let verdict = LinearizabilityChecker.check(History(history), initial: simulation.initial)
            #expect(verdict == .linearizable, "seed \(seed): \(history)")
            var random = SeededGenerator(seed: ~seed)
            for _ in 0..<2 {
                guard let changed = mutated(history, &random) else { break }
                history = changed
                var bruteForce = GroupBruteForce(history)
                let isRight = bruteForce.isLinearizable(from: simulation.initial)
                counts.right += isRight ? 1 : 0
                counts.wrong += isRight ? 0 : 1
                let verdict = LinearizabilityChecker.check(History(history), initial: simulation.initial)
                if case .violation = verdict, !isRight { continue }
                #expect(isRight && verdict == .linearizable, "seed \(seed): \(verdict) of \(history)")
            }
        }
        #expect(counts.right > 50 && counts.wrong > 100, "\(counts)")
    }

    /// Each book has an order by itself, and the search for a common one has to stop.
    @Test func whatIsNotFoundInTimeIsUnknown() {
        let simulation = GroupSimulation(
            clientCount: 16, operationCount: 10_000, stock: 400, unknownPercent: 0, orderPercent: 30,
            units: 5...5, durationMax: 100_000)
        let verdict = LinearizabilityChecker.check(
            History(simulation.history(seed: 1)), initial: simulation.initial, stepCountMax: 60_000)
        guard case .undecidedTogether(let items, let stepCount) = verdict else {
            Issue.record("\(verdict)")
            return
        }
        #expect(items == [book, otherBook, thirdBook])
        #expect(stepCount == 6_000)
    }
}
