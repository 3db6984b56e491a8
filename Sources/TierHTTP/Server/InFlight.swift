internal import NIOCore

/// The requests of one kind that an event loop works on, and how many of them it takes on: as many as it answers in the
/// time that one may wait behind the others (Little's law), and not less than a fixed number. As long as it works on fewer
/// than that, nothing is known of the rate that it can reach, and it takes on the most.
struct InFlight {
    private let limits: ServerLimits
    private(set) var count = 0
    private(set) var limit: Int
    /// The most at once since the limit was last worked out. How many there are at one moment says little: answers come
    /// by batches.
    private var peak = 0
    private var answeredCount = 0
    private var since: NIODeadline

    init(limits: ServerLimits, at now: NIODeadline) {
        self.limits = limits
        limit = limits.inFlightPerLoopMax
        since = now
    }

    /// Whether the last that began is to be worked on.
    var hasRoom: Bool { count <= limit }

    mutating func begin() {
        count += 1
        peak = max(peak, count)
    }

    /// - Parameter isAnswered: whether the work was done. What is refused or fails shows no rate.
    mutating func end(isAnswered: Bool) {
        count -= 1
        if isAnswered { answeredCount += 1 }
    }

    /// Works the limit out anew, from what was answered since that was last done.
    mutating func adapt(at now: NIODeadline) {
        let elapsed = now - since
        guard elapsed > .zero else { return }
        if peak < limits.inFlightPerLoopMin {
            limit = limits.inFlightPerLoopMax
        } else {
            let rate = Double(answeredCount) / Double(elapsed.nanoseconds)
            let fitting = Int(rate * Double(limits.waitAimed.nanoseconds))
            limit = min(max(fitting, limits.inFlightPerLoopMin), limits.inFlightPerLoopMax)
        }
        peak = count
        answeredCount = 0
        since = now
    }
}
