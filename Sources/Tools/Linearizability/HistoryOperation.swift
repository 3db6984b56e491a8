package import Model

/// One request about one book and its response, as the client saw them.
///
/// A request that was certainly not executed (refused as invalid, unknown item, overloaded before any work)
/// changed and read nothing and does not belong in a history.
package struct HistoryOperation: Equatable, Sendable, CustomStringConvertible {
    package enum Kind: Equatable, Sendable {
        /// Reads the book's stock and price.
        case lookup
        /// Buys one unit. Requests with the same key are one purchase: the first that takes effect decides,
        /// and the others repeat its outcome. Without a key (nil) every request is a separate purchase.
        case buy(key: IdempotencyKey?)
        /// Changes the stock by a signed number of units and sets the price, both or neither. Nil changes
        /// nothing.
        case update(units: Int64?, price: Cents?)
    }

    package enum Outcome: Equatable, Sendable {
        /// A lookup found this state.
        case found(BookState)
        /// A buy or update took effect.
        case success
        /// A buy or update was refused, because the stock would have gone below 0.
        case failed
        /// No response reported an outcome: the operation may take effect at any time after its invocation,
        /// or never.
        case unknown
    }

    /// The number of the client; only for reports.
    package let client: Int
    package let item: ItemNumber
    package let kind: Kind
    /// The time just before the request was sent, in nanoseconds of a monotonic clock shared by all clients.
    package let invokedNanos: UInt64
    /// The time just after the response arrived, on the same clock; nil without a response.
    package private(set) var returnedNanos: UInt64?
    package private(set) var outcome: Outcome

    /// Traps on an operation that no client can have seen: an outcome that does not fit the request or came
    /// before it, a known outcome without a time, or a change of more than `StockChange.unitsMax`.
    package init(
        client: Int, item: ItemNumber, kind: Kind, invokedNanos: UInt64, returnedNanos: UInt64?,
        outcome: Outcome
    ) {
        switch (kind, outcome) {
        case (_, .unknown), (.lookup, .found), (.buy, .success), (.buy, .failed), (.update, .success),
            (.update, .failed):
            break
        default: preconditionFailure("\(outcome) is no answer to \(kind)")
        }
        if case .update(let units?, _) = kind {
            precondition(abs(units) <= StockChange.unitsMax, "a change of \(units) units")
        }
        if let returnedNanos {
            precondition(returnedNanos >= invokedNanos, "returned before it was invoked")
        } else {
            precondition(outcome == .unknown, "an outcome that nobody received")
        }
        self.client = client
        self.item = item
        self.kind = kind
        self.invokedNanos = invokedNanos
        self.returnedNanos = returnedNanos
        self.outcome = outcome
    }

    /// Sets the outcome of a request that was begun without one. Traps like the initializer.
    package mutating func end(_ outcome: Outcome, atNanos nanos: UInt64) {
        self = HistoryOperation(
            client: client, item: item, kind: kind, invokedNanos: invokedNanos, returnedNanos: nanos,
            outcome: outcome)
    }

    /// One line for reports, with times in nanoseconds.
    package var description: String {
        let returned = returnedNanos.map(String.init) ?? "?"
        return "client \(client) [\(invokedNanos) … \(returned)] \(question) → \(answer)"
    }

    private var question: String {
        switch kind {
        case .lookup: "lookup \(item)"
        case .buy(let key): "buy \(item) key \(key?.text ?? "none")"
        case .update(let units, let price):
            "update \(item) units \(units.map(String.init) ?? "na") price \(price?.description ?? "na")"
        }
    }

    private var answer: String {
        switch outcome {
        case .found(let state): state.description
        case .success: "Success"
        case .failed: "Failed"
        case .unknown: "unknown"
        }
    }
}
