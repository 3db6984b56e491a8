internal import Model

/// The books in memory: what lookups and searches are answered from.
///
/// It holds committed state only. A lookup is one hash lookup however many books there are; a search
/// costs in proportion to its own result.
struct Shelf: Sendable {
    private struct Entry {
        let title: String
        let topic: Int32
        var price: Cents
        var stock: Int64
    }

    private var entries: [ItemNumber: Entry] = [:]
    private var topicNumbers: [TopicName: Int32] = [:]
    private var topics: [(name: String, listings: [Listing])] = []
    /// Another number whenever books came to a topic or left it; no two shelves have the same.
    private(set) var topicsVersion = UInt64.random(in: .min ... .max)

    init(reserving bookCount: Int) { entries.reserveCapacity(bookCount) }

    var bookCount: Int { entries.count }

    /// Adds a book. Books come in item-number order, so that every topic's list is sorted as it grows.
    mutating func add(_ book: Book) {
        topicsVersion &+= 1
        let topic = topicNumber(of: book.topic)
        entries[book.item] = Entry(title: book.title, topic: topic, price: book.price, stock: book.stock)
        topics[Int(topic)].listings.append(Listing(item: book.item, title: book.title))
    }

    /// Adds books of any numbers to those that are there.
    mutating func insert(_ books: some Sequence<Book>) {
        var touched: Set<Int32> = []
        for book in books {
            let topic = topicNumber(of: book.topic)
            if let last = topics[Int(topic)].listings.last, last.item > book.item { touched.insert(topic) }
            add(book)
        }
        for topic in touched { topics[Int(topic)].listings.sort { $0.item < $1.item } }
    }

    /// Puts books where they belong, whether they are there already, perhaps under another title or topic, or not.
    mutating func put(_ books: some Collection<Book>) {
        var moved: [Book] = []
        for book in books {
            guard let entry = entries[book.item],
                topics[Int(entry.topic)].name.utf8.elementsEqual(book.topic.utf8)
            else {
                moved.append(book)
                continue
            }
            entries[book.item] = Entry(
                title: book.title, topic: entry.topic, price: book.price, stock: book.stock)
            let index = topics[Int(entry.topic)].listings.partitioningIndex { $0.item >= book.item }
            topics[Int(entry.topic)].listings[index] = Listing(item: book.item, title: book.title)
        }
        remove(Set(moved.map(\.item)))
        insert(moved)
    }

    /// Takes books out of the shop.
    mutating func remove(_ items: Set<ItemNumber>) {
        let left = Set(items.compactMap { entries.removeValue(forKey: $0)?.topic })
        guard !left.isEmpty else { return }
        topicsVersion &+= 1
        for topic in left { topics[Int(topic)].listings.removeAll { items.contains($0.item) } }
    }

    /// Every topic that has books, with how many.
    func topicCounts() -> [(topic: String, count: Int)] {
        topics.filter { !$0.listings.isEmpty }.map { ($0.name, $0.listings.count) }
    }

    /// Books of a topic in item-number order, after a number, at most `limit`.
    func books(topic: String, after item: Int64, limit: Int) -> [Book] {
        let listings = listings(topic: topic)
        let first = listings.partitioningIndex { $0.item.value > item }
        return listings[first...].prefix(limit).compactMap { book($0.item) }
    }

    func book(_ item: ItemNumber) -> Book? {
        guard let entry = entries[item] else { return nil }
        return Book(
            item: item, title: entry.title, topic: topics[Int(entry.topic)].name, price: entry.price,
            stock: entry.stock)
    }

    func contains(_ item: ItemNumber) -> Bool { entries[item] != nil }

    /// The books of a topic in item-number order; none for a topic that no book has. What later becomes of the
    /// topic leaves them as they are, so they may be read outside the shelf's lock.
    func listings(topic: String) -> [Listing] {
        topicNumbers[TopicName(topic)].map { topics[Int($0)].listings } ?? []
    }

    /// The books of every topic.
    var listings: [[Listing]] { topics.map(\.listings) }

    mutating func set(_ item: ItemNumber, price: Cents, stock: Int64) {
        entries[item]?.price = price
        entries[item]?.stock = stock
    }

    private mutating func topicNumber(of name: String) -> Int32 {
        if let number = topicNumbers[TopicName(name)] { return number }
        let number = Int32(topics.count)
        topicNumbers[TopicName(name)] = number
        topics.append((name, []))
        return number
    }
}

/// A topic that equals only the same bytes: as Swift strings, two spellings of one letter are equal too.
private struct TopicName: Hashable {
    private var text: String

    init(_ text: String) { self.text = text }

    static func == (left: TopicName, right: TopicName) -> Bool {
        left.text.utf8.elementsEqual(right.text.utf8)
    }

    func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}
