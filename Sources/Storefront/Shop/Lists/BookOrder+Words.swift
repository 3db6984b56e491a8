internal import StoreAPI

extension BookOrder {
    /// Its name for people.
    ///
    /// - Parameter unsorted: the name of the order in which a list is when no other is asked for.
    func words(unsorted: String) -> String {
        switch self {
        case .relevance: unsorted
        case .title: "Title"
        case .cost: "Lowest price"
        case .newest: "Newest"
        case .sold: "Best sold"
        }
    }
}
