internal import NIOCore

/// How many requests an event loop works on at once: as many as it answers in the time that one may wait behind the
/// others (Little's law), and not less than a fixed number. While it works on fewer than that, nothing is known of the
/// rate that it can reach, and the limit is the highest.
struct InFlightLimit {
    private let limits: ServerLimits
    /// The limit of now.
    private(set) var count: Int
    private var answeredCount = 0
    private var since: NIODeadline

    init(limits: ServerLimits, at now: NIODeadline) {
        self.limits = limits
        count = limits.inFlightPerLoopMax
        since = now
    }

    /// A request was answered, and not by a fault of the store: what is refused or fails shows no rate.
    mutating func answered() { answeredCount += 1 }

    /// Works the limit out anew from the rate since it was last done.
    mutating func adapt(to inFlightCount: Int, at now: NIODeadline) {
        let elapsed = now - since
        guard elapsed > .zero else { return }
        if inFlightCount < limits.inFlightPerLoopMin {
            count = limits.inFlightPerLoopMax
        } else {
            let rate = Double(answeredCount) / Double(elapsed.nanoseconds)
            let fitting = Int(rate * Double(limits.waitAimed.nanoseconds))
            count = min(max(fitting, limits.inFlightPerLoopMin), limits.inFlightPerLoopMax)
        }
        answeredCount = 0
        since = now
    }
}
