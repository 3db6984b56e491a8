package import Model

/// One request of a run as its client saw it, from the first sending to the first answer that told the
/// outcome, however many repetitions with the same key came between.
package struct Operation: Sendable, Equatable {
    /// What was asked for.
    package enum Action: Sendable, Equatable {
        /// One unit of the book.
        case buy
        /// A change of price, stock or both.
        case update(price: Cents?, units: Int64?)
        /// The book as it stands.
        case lookup
    }

    /// What the answer told.
    package enum Outcome: Sendable, Equatable {
        /// Nothing yet: it may have been carried out, may still be, or never.
        case unknown
        case success
        case failed
        /// A lookup's stock and price.
        case seen(stock: Int64, price: Cents)
    }

    /// The client's number.
    package let client: Int
    /// The request's number among those of its client; makes the key with the client's.
    package let number: Int
    /// The book.
    package let item: ItemNumber
    /// What was asked for.
    package let action: Action
    /// When it was first sent, in nanoseconds of the system's monotonic clock.
    package let beganNanos: UInt64
    /// When the outcome was first known; 0 while it is not.
    package private(set) var endedNanos: UInt64 = 0
    /// What the answer told.
    package private(set) var outcome = Outcome.unknown

    /// A request that is about to be sent.
    package init(client: Int, number: Int, item: ItemNumber, action: Action, beganNanos: UInt64) {
        self.client = client
        self.number = number
        self.item = item
        self.action = action
        self.beganNanos = beganNanos
    }

    /// Notes the first answer that tells the outcome; later ones are only compared.
    package mutating func end(_ outcome: Outcome, atNanos: UInt64) {
        self.outcome = outcome
        endedNanos = atNanos
    }

    /// The idempotency key that every sending of the request carries.
    package var key: IdempotencyKey { IdempotencyKey(trusted: "chaos-\(client)-\(number)") }

    /// The request in a finding.
    package var text: String { "\(action) of book \(item) under key \(key)" }
}
