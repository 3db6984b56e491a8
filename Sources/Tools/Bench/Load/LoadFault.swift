/// The reason why a request has no usable response.
enum LoadFault: Error, Equatable {
    /// No connection could be opened.
    case unreachable(String)
    /// The connection ended before the response was complete.
    case connectionLost
    /// There was no response within the time limit.
    case timedOut
    /// The response is not HTTP, or violates the contract: an excerpt, or the parser's error.
    case nonsense(String)
    /// The response has another status than 200.
    case status(Int)

    /// The words under which failures are counted.
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
