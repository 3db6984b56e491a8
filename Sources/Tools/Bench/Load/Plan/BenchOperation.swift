/// The kinds of requests to a store.
package enum BenchOperation: String, CaseIterable, Codable, Sendable {
    /// The books of a topic.
    case search
    /// One book.
    case lookup
    /// One copy of a book.
    case buy

    /// Its index in arrays with an element for each operation.
    var index: Int {
        switch self {
        case .search: 0
        case .lookup: 1
        case .buy: 2
        }
    }
}
