/// Why a request got no answer.
enum LoadFault: Error, Equatable {
    /// No connection could be opened.
    case unreachable(String)
    /// The connection ended before the answer did.
    case connectionLost
    /// No answer within the time for one.
    case timedOut
    /// What came is not HTTP, or not the contract's answer: an excerpt, or the parser's complaint.
    case nonsense(String)
    /// An answer with a status that says that nothing was done.
    case status(Int)

    /// A few words by which failures are counted.
    var kind: String {
        switch self {
        case .unreachable: "no connection"
        case .connectionLost: "connection lost"
        case .timedOut: "timed out"
        case .nonsense: "not as the contract says"
        case .status(let status): "status \(status)"
        }
    }
}
