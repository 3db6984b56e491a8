/// A run that could not be carried out.
package enum BenchFault: Error, Equatable, CustomStringConvertible {
    /// Nobody answers at the frontend's address.
    case unreachable(String)
    /// The frontend answers, but not as the contract says, or it stalls.
    case failed(String)

    /// The reason, in words for the person who started the run.
    package var description: String {
        switch self {
        case .unreachable(let reason), .failed(let reason): reason
        }
    }
}
