import Audit
import Linearizability
import Model
import Testing

/// Compares the checker with one that tries everything, over many small histories.
@Suite struct RandomHistoryTests {
    static let shapes: [HistorySimulation] = [
        HistorySimulation(),
        // Mostly unknown outcomes, so that the order must be guessed.
        HistorySimulation(operationCount: 9, unknownPercent: 50, neverPercent: 30),
        // Updates of both units and price, whose prices hide each other.
        HistorySimulation(
            operationCount: 8, unknownPercent: 45, neverPercent: 20, buyPercent: 10, unitsOnlyPercent: 20,
            priceOnlyPercent: 20, durationMax: 60),
        // Sold out most of the time, with many repetitions.
        HistorySimulation(
            operationCount: 9, initial: state(1), unknownPercent: 30, lookupPercent: 25, buyPercent: 60,
            repeatPercent: 50),
        // All of these together.
        HistorySimulation(clientCount: 6, operationCount: 8, durationMax: 100),
    ]

    @Test(arguments: shapes.indices) func agreesWithBruteForce(shape: Int) {
        var counts = (right: 0, wrong: 0)
        for seed in 0..<1500 as Range<UInt64> {
            let simulation = Self.shapes[shape]
            var history = simulation.history(seed: seed)
            #expect(check(history, from: simulation.initial) == .linearizable, "seed \(seed)")
            var random = SeededGenerator(seed: ~seed)
            for _ in 0..<2 {
                guard let changed = mutated(history, &random) else { break }
                history = changed
                var bruteForce = BruteForce(history)
                let isRight = bruteForce.isLinearizable(from: simulation.initial)
                let verdict = check(history, from: simulation.initial)
                if isRight {
                    counts.right += 1
                    #expect(verdict == .linearizable, "seed \(seed): \(history)")
                } else {
                    counts.wrong += 1
                    guard case .violation = verdict else {
                        Issue.record("seed \(seed): \(verdict) for \(history)")
                        continue
                    }
                }
            }
        }
        // A change of the generator must not leave either side of the comparison empty.
        #expect(counts.right > 100 && counts.wrong > 100, "\(counts)")
    }
}
