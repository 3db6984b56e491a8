/// Who sends when, in a closed loop: each client sends a request as soon as its last one is answered. A state
/// machine without sockets or clocks.
struct ClosedPace {
    /// What ends the run.
    enum Limit: Equatable {
        /// So many measured requests.
        case samples(Int)
        /// So many nanoseconds after the first measured request.
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

    /// A client is free at `now`: its next request, or nil when the run is over for it.
    mutating func next(now: UInt64) -> Ticket? {
        guard !isOver(now) else { return nil }
        sentCount += 1
        let isDue: Bool
        if case .samples(let count) = limit {
            // After the last sample was sent the clients go on, so that its neighbours keep it company.
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

    /// A request has ended, well or badly.
    mutating func done(_ ticket: Ticket) { if ticket.isMeasured { measuredDoneCount += 1 } }

    private func isOver(_ now: UInt64) -> Bool {
        switch limit {
        case .samples(let count): measuredDoneCount >= count
        case .nanos(let nanos): measuredSince.map { now >= $0 + nanos } ?? false
        }
    }
}
