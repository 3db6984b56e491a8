/// One measurement: an operation (or `all` of a mix) with a number of clients.
package struct Cell: Codable, Equatable, Sendable {
    /// `search`, `lookup`, `buy`, or `all`.
    package let operation: String
    /// Clients at the same time.
    package let clients: Int
    /// Answers as the contract says; nil when there was none.
    package let latency: LatencySummary?
    /// Answers 503 or 429; nil when there was none.
    package let refused: LatencySummary?
    /// Answers `Failed`, which are among those in `latency`.
    package let soldOut: Int
    /// Requests without a usable answer, by what was wrong.
    package let failures: [String: Int]
    /// Good answers a second.
    package let throughput: Double
    /// How long it was measured, in seconds.
    package let seconds: Double
    /// The tiers behind the frontend, as its answers report them.
    package let tiers: [TierView]

    /// Requests that ended, well or badly.
    package var endedCount: Int { (latency?.count ?? 0) + errorCount }
    /// Requests that were refused or got no usable answer.
    package var errorCount: Int { (refused?.count ?? 0) + failures.values.reduce(0, +) }

    func tier(_ name: String) -> LatencySummary? { tiers.first { $0.name == name }?.latency }

    init(
        _ operation: String, clients: Int, tally: LoadTally.Operation, seconds: Double, hasTiers: Bool = true
    ) {
        self.operation = operation
        self.clients = clients
        latency = tally.answered.summary
        refused = tally.refused.summary
        soldOut = tally.soldOutCount
        failures = tally.failures
        self.seconds = seconds
        throughput = seconds > 0 ? Double(tally.answered.count) / seconds : 0
        tiers =
            hasTiers
            ? tally.tiers.compactMap { tier in
                tier.times.summary.map { TierView(operation: operation, name: tier.name, latency: $0) }
            } : []
    }
}
