internal import Model

/// The topics that have books, in each order in which they are listed.
struct TopicLists: Sendable {
    typealias Topic = (topic: String, count: Int)

    /// How a list is ordered.
    enum Order: String, CaseIterable, Sendable {
        /// By the bytes of their names.
        case name
        /// The one with the most books first; those alike by name.
        case size
    }

    private let byName: [Topic]
    private let bySize: [Topic]

    /// Sorts topics, which come in any order.
    init(_ topics: [Topic]) {
        byName = topics.sorted { Self.precedes($0.topic, $1.topic) }
        // The library's sort keeps the order of what is alike.
        bySize = byName.sorted { $0.count > $1.count }
    }

    /// Topics after one of them, at most `limit`.
    ///
    /// - Throws: ``StoreError/invalid(_:)`` where the list is by size and `after` has no books, and so no place.
    func page(_ order: Order, after topic: String?, limit: Int) throws(StoreError) -> ArraySlice<Topic> {
        let topics = order == .name ? byName : bySize
        guard let topic else { return topics.prefix(limit) }
        let place = byName.partitioningIndex { !Self.precedes($0.topic, topic) }
        let isThere = place < byName.count && !Self.precedes(topic, byName[place].topic)
        guard order == .size else { return byName[(isThere ? place + 1 : place)...].prefix(limit) }
        guard isThere else { throw .invalid("after is no topic with books; begin the list again") }
        let count = byName[place].count
        let next = bySize.partitioningIndex { other in
            other.count < count || other.count == count && Self.precedes(topic, other.topic)
        }
        return bySize[next...].prefix(limit)
    }

    private static func precedes(_ left: String, _ right: String) -> Bool {
        left.utf8.lexicographicallyPrecedes(right.utf8)
    }
}
