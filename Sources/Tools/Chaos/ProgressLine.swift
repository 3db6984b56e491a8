/// The progress line of a run.
struct ProgressLine {
    private let options: ChaosOptions
    private let round: Int
    private let start = ContinuousClock.now
    private var last: RunTally.Counts
    private var lastTime = ContinuousClock.now

    init(options: ChaosOptions, round: Int, counts: RunTally.Counts) {
        self.options = options
        self.round = round
        last = counts
    }

    /// Returns the current line.
    mutating func text(_ tally: RunTally) -> String {
        let counts = tally.counts
        let now = ContinuousClock.now
        let rate = Double(counts.purchases - last.purchases) / max(0.001, (now - lastTime) / .seconds(1))
        last = counts
        lastTime = now
        return "round \(round) of \(options.rounds): \(counts.faultCount) of \(options.faults) faults, "
            + "\(counts.purchases) of \(options.purchases) buys (\(Int(rate))/s), "
            + "\(counts.sold) sold, \(counts.soldOut) sold out, \(counts.unknownReplies) unknown, "
            + "\(tally.findingCount) findings"
    }
}
