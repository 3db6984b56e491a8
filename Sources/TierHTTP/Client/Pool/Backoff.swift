internal import Monitoring
internal import NIOCore

/// When to try a peer again that could not be reached. A pure state machine: the time is an argument.
///
/// The first few attempts follow each other quickly, so that a tier that restarts is hardly noticed; a
/// peer that stays away is down, and is asked again only now and then.
struct Backoff {
    /// Failed attempts in a row after which the peer counts as down.
    static let quickAttemptCountMax = 3
    /// The wait after the first failure; it doubles with each further one.
    static let waitMin = TimeAmount.milliseconds(20)
    /// The longest wait, and so about how late the return of a peer is noticed.
    static let waitMax = TimeAmount.milliseconds(500)

    private var failureCount = 0
    private var nextAttempt = NIODeadline.uptimeNanoseconds(0)

    /// Whether the peer counts as down.
    var isDown: Bool { failureCount >= Self.quickAttemptCountMax }

    /// Whether it may be tried at `now`.
    func allowsAttempt(at now: NIODeadline) -> Bool { now >= nextAttempt }

    /// How long until it may be tried.
    func wait(from now: NIODeadline) -> TimeAmount { now >= nextAttempt ? .zero : nextAttempt - now }

    mutating func succeeded() { self = Backoff() }

    /// Notes a failed attempt. Waits are spread by ±25 %, so that many clients do not return at once.
    mutating func failed(at now: NIODeadline, random: inout FastRandom) {
        failureCount += 1
        let doublings = min(failureCount - 1, 10)
        let wait = min(Self.waitMin.nanoseconds << Int64(doublings), Self.waitMax.nanoseconds)
        nextAttempt = now + .nanoseconds(wait * 3 / 4 + Int64.random(in: 0...(wait / 2), using: &random))
    }
}
