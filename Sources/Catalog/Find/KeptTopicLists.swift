internal import Model
internal import Synchronization

/// The lists of topics of a shelf, sorted again only after a book came or went: for 50,000 topics that takes some
/// 20 ms.
final class KeptTopicLists: Sendable {
    private let kept = Mutex<(version: UInt64, lists: TopicLists)?>(nil)

    /// The lists as of now.
    func lists(of shelf: borrowing Mutex<Shelf>) -> TopicLists {
        // One after the other: who waits here would otherwise sort the same.
        kept.withLock { kept in
            let version = shelf.withLock { $0.topicsVersion }
            if let kept, kept.version == version { return kept.lists }
            let (topics, counted) = shelf.withLock { ($0.topicCounts(), $0.topicsVersion) }
            let lists = TopicLists(topics)
            kept = (counted, lists)
            return lists
        }
    }
}
