internal import DequeModule

/// What waits to be committed, bounded. A pure state machine: items in, batches out.
struct CommitQueue<Item> {
    /// What became of an offered item.
    enum Offer: Equatable {
        /// Taken; the committer is awake or will look again before it sleeps.
        case taken
        /// Taken; the committer sleeps and must be woken.
        case takenWake
        /// Refused: as many wait as may.
        case full
        /// Refused: the queue is closed.
        case closed
    }

    private let countMax: Int
    private var items: Deque<Item> = []
    private var isAsleep = true
    private(set) var isClosed = false

    /// A queue that holds at most `countMax` items.
    init(countMax: Int) { self.countMax = countMax }

    var count: Int { items.count }

    mutating func offer(_ item: Item) -> Offer {
        guard !isClosed else { return .closed }
        guard items.count < countMax else { return .full }
        items.append(item)
        defer { isAsleep = false }
        return isAsleep ? .takenWake : .taken
    }

    /// The next batch, oldest first. An empty one makes the committer sleep, or to end when the queue
    /// is closed.
    mutating func take(countMax: Int) -> [Item] {
        let batch = Array(items.prefix(countMax))
        items.removeFirst(batch.count)
        if batch.isEmpty { isAsleep = true }
        return batch
    }

    /// Takes no more items; what waits may still be taken out.
    mutating func close() { isClosed = true }
}
