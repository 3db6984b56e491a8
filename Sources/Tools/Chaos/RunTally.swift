internal import Synchronization

/// The counts and findings of a run, shared by all its parts.
package final class RunTally: Sendable {
    /// The counts of a run so far.
    package struct Counts: Sendable, Equatable {
        /// Purchases that succeeded.
        package var sold = 0
        /// Purchases that failed.
        package var soldOut = 0
        /// Lookups with a response.
        package var lookups = 0
        /// Updates with a response.
        package var updates = 0
        /// Edits of books, and books retired or brought back, with a response.
        package var deeds = 0
        /// Orders of several books that were made.
        package var orders = 0
        /// Orders of which copies were short.
        package var ordersShort = 0
        /// Orders that cost something else than was expected.
        package var otherTotals = 0
        /// Orders cancelled, by customers and at the desk.
        package var cancelled = 0
        /// Orders handed over.
        package var handedOver = 0
        /// Returns, of all of an order or a part.
        package var returned = 0
        /// Steps and cancellations that came too late, or could not be.
        package var stepsRefused = 0
        /// Searches with a response.
        package var searches = 0
        /// Times that a request was sent without a known outcome.
        package var unknownReplies = 0
        /// Operations that their client put aside and settled later by their key.
        package var settledLater = 0
        /// Repetitions of a purchase of known outcome, to check that the outcome stays the same.
        package var replays = 0
        /// Purchases sent several times at the same moment.
        package var simultaneous = 0
        /// The number of faults of each kind, by its name.
        package var faults: [String: Int] = [:]
        /// Requests sent while one server was away and others of its tier were not.
        package var besideOneAway = 0
        /// Those of them that got no answer or 503.
        package var failedBesideOneAway = 0
        /// The longest of them.
        package var longestBesideOneAway = Duration.zero
        /// The longest time from a new primary database to the next purchase of known outcome.
        package var longestTakeover = Duration.zero

        /// Purchases of known outcome.
        package var purchases: Int { sold + soldOut }
        package var faultCount: Int { faults.values.reduce(0, +) }
    }

    private struct State {
        var counts = Counts()
        var findings: [Finding] = []
        var findingCount = 0
        /// Since when a new primary has decided no purchase.
        var promotion: ContinuousClock.Instant?
    }

    /// The most findings kept. Further ones, which no person would read, are only counted.
    private static let findingsKeptMax = 1_000

    private let state = Mutex(State())

    /// The counts so far.
    package var counts: Counts { state.withLock { $0.counts } }

    /// The findings so far, at most the first thousand.
    package var findings: [Finding] { state.withLock { $0.findings } }

    /// The number of all findings.
    package var findingCount: Int { state.withLock { $0.findingCount } }

    func count(_ change: (inout Counts) -> Void) {
        state.withLock { state in
            let purchases = state.counts.purchases
            change(&state.counts)
            guard state.counts.purchases > purchases, let promotion = state.promotion else { return }
            state.promotion = nil
            state.counts.longestTakeover = max(state.counts.longestTakeover, .now - promotion)
        }
    }

    /// Notes that a standby has become the primary database.
    func promoted() { state.withLock { $0.promotion = .now } }

    /// Whether no purchase was decided since ``promoted()``.
    var isWaitingForPurchase: Bool { state.withLock { $0.promotion != nil } }

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
