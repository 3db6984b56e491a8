/// The results of a run's requests: responses with their latencies, and failures.
struct LoadTally {
    /// The results of one operation's requests.
    struct Operation {
        /// Responses that follow the contract, including sold-out ones.
        var answered = LatencyRecorder()
        /// Responses that refused the work.
        var refused = LatencyRecorder()
        var soldOutCount = 0
        /// The number of requests without a usable response, by the kind of failure.
        var failures: [String: Int] = [:]
        /// The times of the tiers behind the frontend, by their names in `Server-Timing`.
        var tiers: [(name: String, times: LatencyRecorder)] = []

        /// The number of ended requests, with or without success.
        var endedCount: Int { answered.count + refused.count + failures.values.reduce(0, +) }

        mutating func recordTier(_ name: some Collection<UInt8>, nanos: UInt64) {
            // There are few names, so a linear search is faster than hashing.
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

    /// The results of each operation, by its ``BenchOperation`` index.
    var operations = [Operation](repeating: Operation(), count: BenchOperation.allCases.count)
    /// The intended time of the first measured request and the end of the last one, in nanoseconds of the
    /// machine's clock.
    var measuredSince = UInt64.max
    var measuredUntil: UInt64 = 0
    /// Of an open loop's schedule.
    var notSentCount = 0
    var lateCount = 0
    /// The first response that failed, as text.
    var nonsense: String?
    /// The busiest event loop's share of a processor core, 0 … 1, and that of all of them together.
    var busiestLoopShare = 0.0
    var loopShare = 0.0
    /// Whether the run was stopped early.
    var isInterrupted = false

    /// Read-only, because a setter would copy the changed histogram for each request.
    subscript(operation: BenchOperation) -> Operation { operations[operation.index] }

    /// All operations together.
    var total: Operation {
        operations.dropFirst().reduce(into: operations[0]) { sum, next in
            // The tiers are omitted, because different operations make different calls.
            sum.add(next)
        }
    }

    /// The duration of the measured part, in seconds.
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

    /// Adds the results of another event loop.
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
