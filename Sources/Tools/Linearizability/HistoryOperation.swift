package import Model

/// One request about a book, or about those of an order, and its response, as the client saw them.
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
        /// Orders copies of several books, each book once, all of them or none. Requests with the same key are one order.
        case order(key: IdempotencyKey, lines: [OrderLine])
        /// Puts copies of an order back that was answered before, by cancelling or returning, all of them or none. Requests
        /// with the same key are one; what is cancelled has the order's.
        case putBack(key: IdempotencyKey, lines: [OrderLine])
    }

    package enum Outcome: Equatable, Sendable {
        /// A lookup found this state.
        case found(BookState)
        /// Anything else but an order took effect.
        case success
        /// A buy, update or order was refused, because a stock would have gone below 0.
        case failed
        /// An order was made, and costs this.
        case sold(totalCents: Int64)
        /// An order that could have been made would have cost this, and nothing was done.
        case otherTotal(cents: Int64)
        /// No response reported an outcome: the operation may take effect at any time after its invocation,
        /// or never.
        case unknown
    }

    /// The number of the client; only for reports.
    package let client: Int
    /// The book; of several the first.
    package let item: ItemNumber
    package let kind: Kind
    /// The time just before the request was sent, in nanoseconds of a monotonic clock shared by all clients.
    package let invokedNanos: UInt64
    /// The time just after the response arrived, on the same clock; nil without a response.
    package private(set) var returnedNanos: UInt64?
    package private(set) var outcome: Outcome

    /// Traps on an operation that no client can have seen: an outcome that does not fit the request or came
    /// before it, a known outcome without a time, a change of more than `StockChange.unitsMax`, or an order whose first
    /// book is not `item`.
    package init(
        client: Int, item: ItemNumber, kind: Kind, invokedNanos: UInt64, returnedNanos: UInt64?,
        outcome: Outcome
    ) {
        switch (kind, outcome) {
        case (_, .unknown), (.lookup, .found), (.buy, .success), (.buy, .failed), (.update, .success),
            (.update, .failed), (.order, .sold), (.order, .failed), (.order, .otherTotal),
            (.putBack, .success):
            break
        default: preconditionFailure("\(outcome) is no answer to \(kind)")
        }
        switch kind {
        case .update(let units?, _):
            precondition(abs(units) <= StockChange.unitsMax, "a change of \(units) units")
        case .order(_, let lines), .putBack(_, let lines):
            precondition(lines.first?.item == item, "an order of other books than \(item)")
        case .lookup, .buy, .update: break
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

    /// The books that it is about.
    package var items: [ItemNumber] {
        switch kind {
        case .order(_, let lines), .putBack(_, let lines): lines.map(\.item)
        case .lookup, .buy, .update: [item]
        }
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
        case .order(let key, let lines): "order \(Self.text(lines)) key \(key)"
        case .putBack(let key, let lines): "put back \(Self.text(lines)) key \(key)"
        }
    }

    private static func text(_ lines: [OrderLine]) -> String {
        lines.map { "\($0.copies) of \($0.item)" }.joined(separator: ", ")
    }

    private var answer: String {
        switch outcome {
        case .found(let state): state.description
        case .success: "Success"
        case .failed: "Failed"
        case .sold(let cents): "sold for \(cents) cents"
        case .otherTotal(let cents): "costs \(cents) cents"
        case .unknown: "unknown"
        }
    }
}
