/// A program of somebody else's that the store tells of events, and how far it was told.
package struct Webhook: Equatable, Sendable {
    /// How many a store has, at most. Each has one delivery under way at a time, and so many are under way together.
    package static let countMax = 20

    /// What keeps it from being told.
    package struct Failure: Equatable, Sendable {
        /// How often what comes next was tried.
        package var attemptCount: Int64
        /// When it was tried first.
        package let since: Timestamp
        /// What came of the last attempt, for a person.
        package var answer: String

        package init(attemptCount: Int64, since: Timestamp, answer: String) {
            self.attemptCount = attemptCount
            self.since = since
            self.answer = answer
        }
    }

    /// Never used again for another one.
    package let number: Int64
    package let url: OutsideURL
    /// The kinds of which it is told.
    package let kinds: [StoreEvent.Kind]
    /// The movement through which it was told.
    package var position: Int64
    package let made: Timestamp
    /// Who made it, where that is known.
    package let actor: String?
    /// Nil where the last attempt succeeded.
    package var failure: Failure?
    /// When it said that it is gone; it is told nothing more.
    package var ended: Timestamp?
    /// Letters that were given up.
    package var deadCount: Int64

    package init(
        number: Int64, url: OutsideURL, kinds: [StoreEvent.Kind], position: Int64, made: Timestamp,
        actor: String?, failure: Failure? = nil, ended: Timestamp? = nil, deadCount: Int64 = 0
    ) {
        self.number = number
        self.url = url
        self.kinds = kinds
        self.position = position
        self.made = made
        self.actor = actor
        self.failure = failure
        self.ended = ended
        self.deadCount = deadCount
    }
}
