internal import Model
internal import Synchronization

/// The shelf that the lookups of all event loops read, while one thread at a time changes it.
///
/// It knows the movement of the ledger that it is like, and takes changes only where they follow that movement: whoever
/// read them, and whenever, none is missed and none is undone.
final class SharedShelf: Sendable {
    /// Books that are put on the shelf while lookups wait. More of them are put on a copy of it, which then takes
    /// its place.
    private static let shownAtOnceMax = 100

    private let shelf = Mutex(Shelf(reserving: 0))
    /// The last movement that the shelf shows. Locked as long as the shelf is changed.
    private let shown = Mutex<Int64>(0)
    /// Sorted again only after a book came or went: for 50,000 topics that takes some 20 ms.
    private let keptTopics = Mutex<(version: UInt64, lists: TopicLists)?>(nil)

    // MARK: Reading

    /// How many books are in the shop.
    var bookCount: Int { shelf.withLock { $0.bookCount } }

    /// A book in the shop; nil for any other.
    func book(_ item: ItemNumber) -> Book? { shelf.withLock { $0.book(item) } }

    /// The books of a topic in item-number order.
    func listings(topic: String) -> [Listing] { shelf.withLock { $0.listings(topic: topic) } }

    /// Books of a topic in item-number order, after a number.
    func books(topic: String, after item: Int64, limit: Int) -> [Book] {
        shelf.withLock { $0.books(topic: topic, after: item, limit: limit) }
    }

    /// The numbers of the books of a topic, or of all books, in their order.
    func items(topic: String?) -> [ItemNumber] {
        if let topic { return listings(topic: topic).map(\.item) }
        return shelf.withLock { $0.listings }.joined().map(\.item).sorted()
    }

    /// The books of a short list, in its order; those that are not in the shop are left out.
    func books(_ items: some Sequence<ItemNumber>) -> [Book] {
        shelf.withLock { shelf in items.compactMap { shelf.book($0) } }
    }

    /// The topics that have books, with how many.
    func topicLists() -> TopicLists {
        // One after the other: who waits here would otherwise sort the same.
        keptTopics.withLock { kept in
            let version = shelf.withLock { $0.topicsVersion }
            if let kept, kept.version == version { return kept.lists }
            let (topics, counted) = shelf.withLock { ($0.topicCounts(), $0.topicsVersion) }
            let lists = TopicLists(topics)
            kept = (counted, lists)
            return lists
        }
    }

    // MARK: Changing

    /// Takes all books from the store. Lookups go on from what was there before, meanwhile and after an error.
    func fill(from store: any CatalogStoring) throws {
        try shown.withLock { shown in
            var next = Shelf(reserving: store.bookCount)
            shown = try store.forEachBookInShop { next.add($0) }
            replace(with: next)
        }
    }

    /// The last movement that the shelf shows.
    var position: Int64 { shown.withLock { $0 } }

    /// Shows changes where they follow what is shown.
    ///
    /// - Returns: whether the shelf shows all of their movements afterwards.
    @discardableResult
    func show(_ changes: LedgerChanges) -> Bool {
        shown.withLock { shown in
            guard changes.after == shown || PlantedBug.isOn(.showsOutOfOrder) else {
                return changes.through <= shown
            }
            show(changes.books)
            shown = changes.through
            return true
        }
    }

    private func show(_ changes: ShelfChanges) {
        if changes.added.count + changes.shown.count > Self.shownAtOnceMax {
            var next = shelf.withLock { $0 }
            next.take(changes)
            replace(with: next)
        } else {
            shelf.withLock { $0.take(changes) }
        }
    }

    private func replace(with next: Shelf) {
        // The one that is replaced is given back outside the lock.
        let replaced = shelf.withLock { shelf in
            let replaced = shelf
            shelf = next
            return replaced
        }
        withExtendedLifetime(replaced) {}
    }
}

extension Shelf {
    /// Becomes what changes made of it.
    fileprivate mutating func take(_ changes: ShelfChanges) {
        if changes.changeRange {
            insert(changes.added)
            put(changes.shown.values)
        }
        for (item, state) in changes.states { set(item, price: state.price, stock: state.stock) }
        if !changes.retired.isEmpty { remove(changes.retired) }
    }
}
