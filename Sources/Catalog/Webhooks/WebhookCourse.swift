internal import Model
internal import NIOCore

/// How far a webhook is, and when what comes next is tried. A pure state machine: time and chance are arguments.
struct WebhookCourse {
    private let limits: WebhookLimits
    /// The movement through which it was told, or there was nothing to tell.
    private(set) var position: Int64
    /// The same as the database has it.
    private var notedPosition: Int64
    /// Movements of which the next letter may tell.
    private(set) var movementCountMax: Int
    private var failingSince: Timestamp?
    private var nextAttempt = NIODeadline.uptimeNanoseconds(0)

    /// A course that goes on where the database says; what fails is tried at once, since nobody knows when it was last.
    init(_ webhook: Webhook, limits: WebhookLimits) {
        self.limits = limits
        position = webhook.position
        notedPosition = webhook.position
        failingSince = webhook.failure?.since
        movementCountMax = webhook.failure == nil ? limits.movementCountMax : 1
    }

    /// Whether something may be told at `now`.
    func allowsAttempt(at now: NIODeadline) -> Bool { now >= nextAttempt }

    /// Takes in that there is nothing to tell through a movement.
    ///
    /// - Returns: whether the database should know.
    mutating func passed(through sequence: Int64) -> Bool {
        position = max(position, sequence)
        return position - notedPosition >= limits.passedCountMax
    }

    /// Whether a letter that was not taken is given up: one movement's, tried for long enough.
    func givesUp(movementCount: Int, at time: Timestamp) -> Bool {
        guard movementCount == 1, let failingSince else { return false }
        return time.millis - failingSince.millis >= limits.retryTimeMax.wholeMillis
    }

    /// Takes in what the database has noted of a letter.
    mutating func noted(
        _ webhook: Webhook, wasTaken: Bool, at now: NIODeadline, random: inout some RandomNumberGenerator
    ) {
        position = max(position, webhook.position)
        notedPosition = webhook.position
        failingSince = webhook.failure?.since
        movementCountMax = wasTaken ? min(movementCountMax * 2, limits.movementCountMax) : 1
        nextAttempt = webhook.failure.map { now + wait(after: $0.attemptCount, random: &random) } ?? now
    }

    /// The wait after so many failures, spread between half of it and all, so that receivers that come back together are
    /// not told together.
    private func wait(after failureCount: Int64, random: inout some RandomNumberGenerator) -> TimeAmount {
        let doublings = min(max(failureCount - 1, 0), 30)
        let millis = min(limits.retryWaitMin.wholeMillis << doublings, limits.retryWaitMax.wholeMillis)
        return .milliseconds(millis / 2 + Int64.random(in: 0...(millis - millis / 2), using: &random))
    }
}

extension Duration {
    fileprivate var wholeMillis: Int64 {
        components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000
    }
}
