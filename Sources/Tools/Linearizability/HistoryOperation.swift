package import Model

/// One request about one book and its answer, as the client saw them.
///
/// A request that was certainly not executed (refused as invalid, unknown item, overloaded before any work)
/// changed and saw nothing and does not belong in a history.
package struct HistoryOperation: Equatable, Sendable, CustomStringConvertible {
    /// What was asked.
    package enum Kind: Equatable, Sendable {
        /// The book's stock and price.
        case lookup
        /// One unit. Requests with one key are one purchase: the first that takes effect decides, the others
        /// repeat its answer. Without a key (nil) every request is a purchase of its own.
        case buy(key: IdempotencyKey?)
        /// A signed change of the stock, in units, and a new price; together or not at all. Nil leaves it.
        case update(units: Int64?, price: Cents?)
    }

    /// What was answered.
    package enum Outcome: Equatable, Sendable {
        /// A lookup's answer.
        case found(BookState)
        /// A buy or update took effect.
        case success
        /// A buy or update was refused, because the stock would have gone below 0.
        case failed
        /// No answer with an outcome: it may take effect at any time after its invocation, or never.
        case unknown
    }

    /// Who asked; only for reports.
    package let client: Int
    /// The book.
    package let item: ItemNumber
    /// What was asked.
    package let kind: Kind
    /// Just before the request was sent, in nanoseconds of one monotonic clock shared by all clients.
    package let invokedNanos: UInt64
    /// Just after the answer was there, on the same clock; nil when there was none.
    package private(set) var returnedNanos: UInt64?
    /// What was answered.
    package private(set) var outcome: Outcome

    /// Traps on an operation that no client can have seen: an answer that does not fit the question or came
    /// before it, a known outcome without a time, or a change past `StockChange.unitsMax`.
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

    /// The answer of a request that was begun without one; traps as the initializer does.
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
