/// What a client asks a store for.
public enum BenchOperation: String, CaseIterable, Codable, Sendable {
    /// The books of a topic.
    case search
    /// One book.
    case lookup
    /// One copy of a book.
    case buy

    /// Its place in arrays that hold something for each operation.
    var index: Int {
        switch self {
        case .search: 0
        case .lookup: 1
        case .buy: 2
        }
    }
}

/// An option's value that cannot be used, in words for the person who wrote it.
public struct ArgumentFault: Error, Equatable, CustomStringConvertible {
    /// What is wrong and what was expected.
    public let description: String

    init(_ description: String) { self.description = description }
}

/// A run that could not be carried out.
public enum BenchFault: Error, Equatable, CustomStringConvertible {
    /// Nobody answers at the frontend's address.
    case unreachable(String)
    /// The frontend answers, but not as the contract says, or it stalls.
    case failed(String)

    /// The reason, in words for the person who started the run.
    public var description: String {
        switch self {
        case .unreachable(let reason), .failed(let reason): reason
        }
    }
}
