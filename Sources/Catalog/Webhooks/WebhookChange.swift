package import Model

/// A change of webhooks, or of what they were told.
package enum WebhookChange: Sendable {
    // What storekeepers ask for.
    case add(NewWebhook)
    case remove(Int64)
    /// Dead letters, or one of them, are to be sent again.
    case resend(Int64, sequence: Int64?)
    // What the catalog notes that tells them.
    /// This catalog tells those that no other one does, for so many seconds from now.
    case hold(seconds: Int64)
    /// This catalog tells none any longer.
    case release
    /// What came of telling a webhook that this catalog holds.
    case told(Int64, Telling)

    /// What came of telling a webhook.
    package enum Telling: Sendable {
        /// It has all through a movement.
        case delivered(through: Int64)
        /// It takes what comes next not yet.
        case failed(answer: String)
        /// What a movement tells is given up, unless there are so many dead letters already.
        case dead(sequence: Int64, answer: String, countMax: Int64)
        /// It is gone.
        case gone
        /// A dead letter has arrived after all; with an answer where it has not.
        case resent(sequence: Int64, answer: String?)
    }
}
