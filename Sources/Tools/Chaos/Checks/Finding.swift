/// Something that must not be: what a run looks for.
package struct Finding: Sendable, Equatable, CustomStringConvertible {
    /// What kind of promise is broken.
    package enum Kind: String, CaseIterable, Sendable {
        /// A sale was acknowledged and the ledger does not have it.
        case lost
        /// More was sold than there was.
        case oversold
        /// A key was sold twice, or sold although it was answered `Failed`, or got two different answers.
        case duplicated
        /// The books, the orders, the logs and the stock do not fit each other.
        case unbalanced
        /// No order of the requests explains their answers.
        case notLinearizable = "not linearizable"
        /// An answer that the contract does not know here.
        case wrongAnswer = "wrong answer"
        /// A server died without being killed, did not come back, or did not stop cleanly.
        case serverFailed = "server failed"
        /// A purchase whose outcome could not be found out with the store healed.
        case unsettled
    }

    package let kind: Kind
    /// What was found where, and what was expected.
    package let text: String

    package init(_ kind: Kind, _ text: String) {
        self.kind = kind
        self.text = text
    }

    /// One line for a person.
    package var description: String { "\(kind.rawValue): \(text)" }
}
