package import Model
package import StoreAPI

/// Why the store did not do what it was asked.
package enum StoreFault: Error, Sendable {
    /// It refused, with a 4xx.
    case refused(StoreProblem)
    /// It has too much to do for this question, and says so: a long search, a full store.
    case busy(StoreProblem)
    /// It, or a tier behind it, is down, slow or answered nonsense. Where it was asked for a change, that may have been
    /// made all the same: repeat the request with `key` to learn it.
    case unavailable(Cause, key: IdempotencyKey?)

    package enum Cause: Sendable {
        /// It says so, or another 5xx.
        case problem(StoreProblem)
        /// No answer came.
        case noAnswer(any Error)
        /// A success with a body that no store sends: some other program, or half an answer.
        case nonsense
    }

    /// Whether what was asked for may have been done.
    package var isOutcomeUnknown: Bool {
        if case .unavailable(_, key: .some) = self { true } else { false }
    }
}
