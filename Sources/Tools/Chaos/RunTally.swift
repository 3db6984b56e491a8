internal import Synchronization

/// What a run counts, and what it found. Shared by everything that takes part.
package final class RunTally: Sendable {
    /// The counts of a run so far.
    package struct Counts: Sendable, Equatable {
        /// Purchases whose outcome is known, by outcome.
        package var sold = 0
        /// See ``sold``.
        package var soldOut = 0
        /// Lookups, updates and searches that were answered.
        package var lookups = 0
        /// See ``lookups``.
        package var updates = 0
        /// See ``lookups``.
        package var searches = 0
        /// Sendings without a known outcome: each was repeated with its key.
        package var unknownReplies = 0
        /// Operations that were given up by their client and settled later by their key.
        package var settledLater = 0
        /// Repetitions of a purchase whose outcome was known, to see whether the answer is the same.
        package var replays = 0
        /// Purchases sent several times at once.
        package var simultaneous = 0
        /// Faults by the name of their kind.
        package var faults: [String: Int] = [:]

        /// Purchases whose outcome is known.
        package var purchases: Int { sold + soldOut }
        package var faultCount: Int { faults.values.reduce(0, +) }
    }

    private struct State {
        var counts = Counts()
        var findings: [Finding] = []
        var findingCount = 0
    }

    /// More findings than a person reads are only counted.
    private static let findingsKeptMax = 1_000

    private let state = Mutex(State())

    /// The counts so far.
    package var counts: Counts { state.withLock { $0.counts } }

    /// The findings so far, the first thousand of them.
    package var findings: [Finding] { state.withLock { $0.findings } }

    /// How many findings there are.
    package var findingCount: Int { state.withLock { $0.findingCount } }

    func count(_ change: (inout Counts) -> Void) { state.withLock { change(&$0.counts) } }

    func add(_ finding: Finding) {
        state.withLock { state in
            state.findingCount += 1
            if state.findings.count < Self.findingsKeptMax { state.findings.append(finding) }
        }
    }

    func add(_ findings: [Finding]) {
        for finding in findings { add(finding) }
    }
}
