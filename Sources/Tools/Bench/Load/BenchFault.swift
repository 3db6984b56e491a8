/// A run that could not be carried out.
package enum BenchFault: Error, Equatable, CustomStringConvertible {
    /// There is no response from the frontend's address.
    case unreachable(String)
    /// The frontend violates the contract, or it stalls.
    case failed(String)

    /// The reason, for the person who started the run.
    package var description: String {
        switch self {
        case .unreachable(let reason), .failed(let reason): reason
        }
    }
}
