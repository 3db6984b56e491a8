/// A broken promise of the store, found by a run.
package struct Finding: Sendable, Equatable, CustomStringConvertible {
    /// The kind of the broken promise.
    package enum Kind: String, CaseIterable, Sendable {
        /// A sale was acknowledged but is not in the ledger.
        case lost
        /// More was sold than there was.
        case oversold
        /// A key was sold twice, or sold after a `Failed`, or got two different outcomes.
        case duplicated
        /// The books, the orders, the logs and the stock disagree.
        case unbalanced
        /// No order of the requests explains their outcomes.
        case notLinearizable = "not linearizable"
        /// A response that the contract does not allow here.
        case wrongAnswer = "wrong answer"
        /// A server died without being killed, did not come back, or did not stop cleanly.
        case serverFailed = "server failed"
        /// A request failed, or nothing was sold for too long, although there were servers for it.
        case unavailable
        /// The outcome of a request stayed unknown although the store was healed.
        case unsettled
    }

    package let kind: Kind
    /// The place, what was found and what was expected.
    package let text: String

    package init(_ kind: Kind, _ text: String) {
        self.kind = kind
        self.text = text
    }

    /// The finding as one line for people.
    package var description: String { "\(kind.rawValue): \(text)" }
}
