/// What a client asks a store for.
package enum BenchOperation: String, CaseIterable, Codable, Sendable {
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
