/// What a movement has to tell, given up after a day of attempts to tell a webhook.
package struct DeadLetter: Equatable, Sendable {
    /// How many a webhook has, at most. With so many nothing more is given up: what comes next is tried until it
    /// succeeds, and what follows waits.
    package static let countMax: Int64 = 10_000

    package let webhook: Int64
    /// The number of the movement.
    package let sequence: Int64
    package let attemptCount: Int64
    /// What came of the last attempt, for a person.
    package let answer: String
    /// When it was given up, or sent again in vain.
    package let time: Timestamp
    /// Whether it is to be sent again.
    package let isWanted: Bool

    package init(
        webhook: Int64, sequence: Int64, attemptCount: Int64, answer: String, time: Timestamp,
        isWanted: Bool = false
    ) {
        self.webhook = webhook
        self.sequence = sequence
        self.attemptCount = attemptCount
        self.answer = answer
        self.time = time
        self.isWanted = isWanted
    }
}
