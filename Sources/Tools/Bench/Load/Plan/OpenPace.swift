internal import DequeModule

/// The pace of an open loop: requests are due on a fixed schedule, independent of earlier ones. A request
/// that finds no free client waits, and its wait is part of its latency. So a store that stalls cannot hide
/// it by keeping its clients from sending. The pace is a state machine without sockets or clocks.
struct OpenPace {
    /// A request sent more than this after its intended time counts as late.
    static let lateNanos: UInt64 = 1_000_000

    private let intervalNanos: Double
    private let offsetNanos: Double
    private let warmupCount: Int
    private let totalCount: Int
    private let waitingCountMax: Int
    private let waitNanosMax: UInt64
    private var start: UInt64 = 0
    private var dueCount = 0
    private var waiting: Deque<Int> = []

    /// Measured requests that were never sent, because too many waited already or they had waited too long.
    private(set) var notSentCount = 0
    /// Measured requests sent more than ``lateNanos`` after their intended time.
    private(set) var lateCount = 0
    private(set) var measuredSentCount = 0

    /// - Parameters:
    ///   - rate: requests a second.
    ///   - offset: the time when the first is due, as a share of the interval between two.
    ///   - measuredCount: requests that count, after `warmupCount` that do not.
    ///   - waitingCountMax: how many may wait for a free client. Further due ones are given up.
    ///   - waitNanosMax: how long a request may wait before it is given up.
    init(
        rate: Double, offset: Double = 0, warmupCount: Int, measuredCount: Int, waitingCountMax: Int,
        waitNanosMax: UInt64
    ) {
        intervalNanos = 1e9 / rate
        offsetNanos = offset * intervalNanos
        self.warmupCount = warmupCount
        totalCount = warmupCount + measuredCount
        self.waitingCountMax = waitingCountMax
        self.waitNanosMax = waitNanosMax
    }

    /// Begins the schedule at `now`.
    mutating func begin(now: UInt64) { start = now }

    /// Marks the requests up to `now` as due.
    mutating func advance(now: UInt64) {
        while dueCount < totalCount, intended(dueCount) <= now {
            if waiting.count < waitingCountMax {
                waiting.append(dueCount)
            } else if dueCount >= warmupCount {
                notSentCount += 1
            }
            dueCount += 1
        }
    }

    /// Returns the request that waits longest, for a client that is free at `now`; nil when none waits.
    mutating func next(now: UInt64) -> Ticket? {
        while let number = waiting.popFirst() {
            let intended = intended(number)
            let isMeasured = number >= warmupCount
            guard now - min(now, intended) <= waitNanosMax else {
                if isMeasured { notSentCount += 1 }
                continue
            }
            if isMeasured {
                measuredSentCount += 1
                if now - min(now, intended) > Self.lateNanos { lateCount += 1 }
            }
            return Ticket(intended: intended, isMeasured: isMeasured)
        }
        return nil
    }

    /// The time when the next request becomes due; nil after the last.
    var nextDue: UInt64? { dueCount < totalCount ? intended(dueCount) : nil }

    /// Whether every request has become due and none waits.
    var isExhausted: Bool { dueCount == totalCount && waiting.isEmpty }

    /// The time when the measured part of the schedule begins.
    var measuredSince: UInt64 { intended(warmupCount) }

    /// The intended time of a request, computed from the start each time: a sum of intervals would drift.
    private func intended(_ number: Int) -> UInt64 {
        start + UInt64(offsetNanos + Double(number) * intervalNanos)
    }
}
