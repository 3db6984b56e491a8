internal import StoreAPI

/// The fields that order a list and leave books out of it.
struct ListFilterView {
    struct Option {
        let value: String
        let words: String
        let isChosen: Bool
    }

    let orders: [Option]
    /// The topics to choose from; none in a list of one topic.
    let topics: [Option]
    let isInStockOnly: Bool
    let costMin: String
    let costMax: String
    /// Why a price, or the topic, cannot be used.
    let priceFault: String?

    /// - Parameters:
    ///   - topics: the topics of the books that are shown; nil for a list of one topic.
    ///   - unsorted: the name of the order in which the list is when no other is asked for.
    init(_ query: ListQuery, topics: Set<String>?, unsorted: String) {
        orders = BookOrder.allCases.map { order in
            Option(
                value: order == .relevance ? "" : order.rawValue, words: order.words(unsorted: unsorted),
                isChosen: order == query.order)
        }
        let named = topics.map { $0.union(query.topic.map { [$0] } ?? []).sorted() } ?? []
        self.topics = named.map { Option(value: $0, words: Wording.listed($0), isChosen: $0 == query.topic) }
        isInStockOnly = query.isInStockOnly
        (costMin, costMax) = (query.costMin, query.costMax)
        priceFault = query.fault
    }
}
