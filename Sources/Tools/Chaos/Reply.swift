internal import Linearizability

/// What a client of a run learns from one sending of a request.
enum Reply: Sendable, Equatable {
    case outcome(HistoryOperation.Outcome)
    /// Nothing: no answer in time, a 503, or a 409.
    case unknown
    /// 422: the key belongs to another purchase.
    case keyReused
    /// An answer that the contract does not know here.
    case wrong(String)
}
