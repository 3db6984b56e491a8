/// The pace of a closed loop: each client sends a request as soon as its previous one has ended. It is a
/// state machine without sockets or clocks.
struct ClosedPace {
    /// The end of the run.
    enum Limit: Equatable {
        /// After a number of measured requests.
        case samples(Int)
        /// A number of nanoseconds after the first measured request.
        case nanos(UInt64)
    }

    private let warmupCount: Int
    private let limit: Limit
    private var sentCount = 0
    private var measuredSentCount = 0
    private(set) var measuredDoneCount = 0
    private(set) var measuredSince: UInt64?

    init(warmupCount: Int, limit: Limit) {
        self.warmupCount = warmupCount
        self.limit = limit
    }

    /// Returns the next request of a client that is free at `now`; nil when the run is over for it.
    mutating func next(now: UInt64) -> Ticket? {
        guard !isOver(now) else { return nil }
        sentCount += 1
        let isDue: Bool
        if case .samples(let count) = limit {
            // Clients keep sending after the last measured request, so that the measured requests still in
            // flight see the same load.
            isDue = measuredSentCount < count
        } else {
            isDue = true
        }
        let isMeasured = sentCount > warmupCount && isDue
        if isMeasured {
            if measuredSince == nil { measuredSince = now }
            measuredSentCount += 1
        }
        return Ticket(intended: now, isMeasured: isMeasured)
    }

    /// Counts a request that has ended, with or without success.
    mutating func done(_ ticket: Ticket) { if ticket.isMeasured { measuredDoneCount += 1 } }

    private func isOver(_ now: UInt64) -> Bool {
        switch limit {
        case .samples(let count): measuredDoneCount >= count
        case .nanos(let nanos): measuredSince.map { now >= $0 + nanos } ?? false
        }
    }
}
