import Audit
import Linearizability
import Model
import Testing

/// Histories as long as those of a crash test of one book: 10,000 operations of 16 clients that are
/// always busy. One operation in twenty has an unknown outcome.
///
/// Steps are bounded, not seconds, because they are the same on every machine.
@Suite struct LongHistoryTests {
    struct Workload: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let simulation: HistorySimulation

        init(
            _ description: String, lookups: Int, buys: Int, initial: Int64 = 8000, unitsOnly: Int = 100,
            priceOnly: Int = 0, units: ClosedRange<Int64> = 1...1
        ) {
            testDescription = description
            simulation = HistorySimulation(
                clientCount: 16, operationCount: 10_000, initial: state(initial), unknownPercent: 5,
                neverPercent: 40, lookupPercent: lookups, buyPercent: buys, repeatPercent: 3,
                unitsOnlyPercent: unitsOnly, priceOnlyPercent: priceOnly, units: units, prices: 900...1100,
                durationMax: 100_000)
        }
    }

    static let salesOnly = Workload("sales only", lookups: 40, buys: 60)
    static let fewRestocks = Workload("few restocks", lookups: 40, buys: 59, units: 20...20)
    static let workloads = [
        salesOnly,
        fewRestocks,
        Workload("restocks of one size", lookups: 40, buys: 55, units: 5...5),
        Workload("restocks and prices", lookups: 40, buys: 55, unitsOnly: 70, priceOnly: 30, units: -2...8),
        Workload("updates of both", lookups: 40, buys: 56, unitsOnly: 60, priceOnly: 20, units: 1...8),
        Workload("hardly any lookups", lookups: 4, buys: 93, units: 1...9),
        Workload("sold out", lookups: 30, buys: 65, initial: 100, units: 1...5),
    ]

    @Test(arguments: workloads) func isAcceptedWhenRight(workload: Workload) {
        for seed in 0..<2 as Range<UInt64> {
            let history = History(workload.simulation.history(seed: seed))
            let verdict = LinearizabilityChecker.check(
                history, initial: [book: workload.simulation.initial], stepCountMax: 100_000)
            #expect(verdict == .linearizable, "seed \(seed)")
        }
    }

    @Test(arguments: [salesOnly, fewRestocks]) func isRefusedWhenALookupIsStale(workload: Workload) {
        var history = workload.simulation.history(seed: 0)
        // It returns what another lookup saw a hundred lookups before, as a stale cache would.
        let lookups = history.indices.filter {
            history[$0].kind == .lookup && history[$0].outcome != .unknown
        }
        let stale = lookups.count * 9 / 10
        let old = history[lookups[stale]]
        history[lookups[stale]] = HistoryOperation(
            client: old.client, item: old.item, kind: old.kind, invokedNanos: old.invokedNanos,
            returnedNanos: old.returnedNanos, outcome: history[lookups[stale - 100]].outcome)
        guard case .violation(book, let explanation) = check(history, from: workload.simulation.initial)
        else {
            Issue.record("a stale lookup went unnoticed")
            return
        }
        #expect(explanation.unplaced.contains(history[lookups[stale]]))
    }
}
