/// What came of the requests of a run: answers with their latencies, and everything that was no answer.
struct LoadTally {
    /// What came of one operation's requests.
    struct Operation {
        /// Answers as the contract says, sold-out ones included.
        var answered = LatencyRecorder()
        /// Answers that refused the work.
        var refused = LatencyRecorder()
        var soldOutCount = 0
        /// Requests without a usable answer, by what was wrong.
        var failures: [String: Int] = [:]
        /// Times of the tiers behind it, by their names in `Server-Timing`.
        var tiers: [(name: String, times: LatencyRecorder)] = []

        /// Requests that ended, in whatever way.
        var endedCount: Int { answered.count + refused.count + failures.values.reduce(0, +) }

        mutating func recordTier(_ name: some Collection<UInt8>, nanos: UInt64) {
            // A handful of names: looking through them is quicker than hashing.
            if let index = tiers.firstIndex(where: { $0.name.utf8.elementsEqual(name) }) {
                tiers[index].times.record(nanos)
            } else if tiers.count < ServerTiming.entryCountMax {
                tiers.append((String(decoding: name, as: UTF8.self), LatencyRecorder()))
                tiers[tiers.count - 1].times.record(nanos)
            }
        }

        mutating func add(_ other: Operation) {
            answered.add(other.answered)
            refused.add(other.refused)
            soldOutCount += other.soldOutCount
            failures.merge(other.failures, uniquingKeysWith: +)
            for (name, times) in other.tiers {
                if let index = tiers.firstIndex(where: { $0.name == name }) {
                    tiers[index].times.add(times)
                } else {
                    tiers.append((name, times))
                }
            }
        }
    }

    /// By ``BenchOperation``'s index.
    var operations = [Operation](repeating: Operation(), count: BenchOperation.allCases.count)
    /// When the first measured request was meant to be sent, and when the last was answered, in nanoseconds
    /// of the machine's clock.
    var measuredSince = UInt64.max
    var measuredUntil: UInt64 = 0
    /// Of an open loop's schedule.
    var notSentCount = 0
    var lateCount = 0
    /// The first answer that was none, in words.
    var nonsense: String?
    /// The busiest event loop's share of a processor core, 0 … 1, and that of all of them together.
    var busiestLoopShare = 0.0
    var loopShare = 0.0
    /// Whether it was stopped before its time.
    var isInterrupted = false

    /// For reading only: a setter would copy the histogram that it changes, for each request.
    subscript(operation: BenchOperation) -> Operation { operations[operation.index] }

    /// All operations together.
    var total: Operation {
        operations.dropFirst().reduce(into: operations[0]) { sum, next in
            // The tiers of different operations are not the same calls.
            sum.add(next)
        }
    }

    /// How long the measured part took, in seconds.
    var seconds: Double {
        measuredUntil > measuredSince ? Double(measuredUntil - measuredSince) / 1e9 : 0
    }

    mutating func record(_ operation: BenchOperation, _ verdict: AnswerVerdict, nanos: UInt64, at now: UInt64)
    {
        measuredUntil = max(measuredUntil, now)
        switch verdict {
        case .good: operations[operation.index].answered.record(nanos)
        case .soldOut:
            operations[operation.index].answered.record(nanos)
            operations[operation.index].soldOutCount += 1
        case .refused: operations[operation.index].refused.record(nanos)
        case .status(let status): operations[operation.index].failures["status \(status)", default: 0] += 1
        case .nonsense: operations[operation.index].failures["not as the contract says", default: 0] += 1
        }
    }

    mutating func record(_ operation: BenchOperation, _ failure: LoadFault, at now: UInt64) {
        measuredUntil = max(measuredUntil, now)
        operations[operation.index].failures[failure.kind, default: 0] += 1
    }

    /// Joins what several event loops have counted.
    mutating func add(_ other: LoadTally) {
        for index in operations.indices { operations[index].add(other.operations[index]) }
        measuredSince = min(measuredSince, other.measuredSince)
        measuredUntil = max(measuredUntil, other.measuredUntil)
        notSentCount += other.notSentCount
        lateCount += other.lateCount
        if nonsense == nil { nonsense = other.nonsense }
        busiestLoopShare = max(busiestLoopShare, other.busiestLoopShare)
        loopShare += other.loopShare
        isInterrupted = isInterrupted || other.isInterrupted
    }
}
