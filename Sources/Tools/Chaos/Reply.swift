internal import Linearizability

/// The result of sending a request once.
enum Reply: Sendable, Equatable {
    case outcome(HistoryOperation.Outcome)
    /// The outcome is unknown: no response in time, a 503, or a 409.
    case unknown
    /// 422: the key belongs to another purchase.
    case keyReused
    /// A response that the contract does not allow here.
    case wrong(String)
}
