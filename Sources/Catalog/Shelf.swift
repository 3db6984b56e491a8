internal import Model

/// The books in memory: what lookups and searches are answered from.
///
/// It holds committed state only. A lookup is one hash lookup however many books there are; a search
/// costs in proportion to its own result.
///
/// A hash table keeps a third of its room free or more, so it holds only where each book's entry stands, and the
/// entries stand close together: about 170 bytes a book beyond its texts, 35 less than entries in the table.
struct Shelf: Sendable {
    private struct Entry {
        var title: String
        let topic: Int32
        var price: Cents
        var stock: Int64
    }

    /// Where in `entries` a book's entry stands.
    private var places: [ItemNumber: Int32] = [:]
    private var entries: ContiguousArray<Entry> = []
    /// Places of books that left, for those that come.
    private var freePlaces: [Int32] = []
    private var topicNumbers: [TopicName: Int32] = [:]
    private var topics: [(name: String, listings: [Listing])] = []
    /// Another number whenever books came to a topic or left it; no two shelves have the same.
    private(set) var topicsVersion = UInt64.random(in: .min ... .max)

    init(reserving bookCount: Int) {
        places.reserveCapacity(bookCount)
        entries.reserveCapacity(bookCount)
    }

    var bookCount: Int { places.count }

    /// Adds a book. Books come in item-number order, so that every topic's list is sorted as it grows.
    mutating func add(_ book: Book) {
        topicsVersion &+= 1
        let topic = topicNumber(of: book.topic)
        place(Entry(title: book.title, topic: topic, price: book.price, stock: book.stock), of: book.item)
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
            guard let topic = entry(book.item)?.topic,
                topics[Int(topic)].name.utf8.elementsEqual(book.topic.utf8)
            else {
                moved.append(book)
                continue
            }
            place(Entry(title: book.title, topic: topic, price: book.price, stock: book.stock), of: book.item)
            let index = topics[Int(topic)].listings.partitioningIndex { $0.item >= book.item }
            topics[Int(topic)].listings[index] = Listing(item: book.item, title: book.title)
        }
        remove(Set(moved.map(\.item)))
        insert(moved)
    }

    /// Takes books out of the shop.
    mutating func remove(_ items: Set<ItemNumber>) {
        let left = Set(items.compactMap { takeAway($0)?.topic })
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
        guard let entry = entry(item) else { return nil }
        return Book(
            item: item, title: entry.title, topic: topics[Int(entry.topic)].name, price: entry.price,
            stock: entry.stock)
    }

    func contains(_ item: ItemNumber) -> Bool { places[item] != nil }

    /// The books of a topic in item-number order; none for a topic that no book has. What later becomes of the
    /// topic leaves them as they are, so they may be read outside the shelf's lock.
    func listings(topic: String) -> [Listing] {
        topicNumbers[TopicName(topic)].map { topics[Int($0)].listings } ?? []
    }

    /// The books of every topic.
    var listings: [[Listing]] { topics.map(\.listings) }

    mutating func set(_ item: ItemNumber, price: Cents, stock: Int64) {
        guard let place = places[item] else { return }
        entries[Int(place)].price = price
        entries[Int(place)].stock = stock
    }

    private func entry(_ item: ItemNumber) -> Entry? { places[item].map { entries[Int($0)] } }

    private mutating func place(_ entry: Entry, of item: ItemNumber) {
        if let place = places[item] ?? freePlaces.popLast() {
            places[item] = place
            entries[Int(place)] = entry
        } else {
            places[item] = Int32(entries.count)
            entries.append(entry)
        }
    }

    private mutating func takeAway(_ item: ItemNumber) -> Entry? {
        guard let place = places.removeValue(forKey: item) else { return nil }
        freePlaces.append(place)
        // The place waits for another book, the title's memory does not.
        defer { entries[Int(place)].title = "" }
        return entries[Int(place)]
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
