internal import Model
internal import Monitoring

/// The books of a demonstration as its history follows them, and how much each is asked for.
struct DemoShelf {
    /// Those with which the store opens, in the order of their numbers.
    let opening: [Book]
    /// Those that come in later, the first of them last.
    private(set) var arrivals: [Book]
    /// Those that are on sale.
    private(set) var books: [ItemNumber: Book]
    /// All books from the best known to the least, with the sum of the demand up to each.
    private let demand: [(item: ItemNumber, sum: Double)]

    private static let arrivalCount = 40
    /// Copies with which a bestseller starts, and that each delivery of it brings.
    static let bestsellerStock: Int64 = 40
    /// What nearly every bookshop sells most of, in this order.
    private static let rank = [
        "Pride and Prejudice", "The Great Gatsby", "Frankenstein; or, The Modern Prometheus", "Dracula",
        "Crime and Punishment", "Alice's Adventures in Wonderland", "The Picture of Dorian Gray",
        "The Adventures of Sherlock Holmes", "Les Misérables", "Meditations", "Die Verwandlung",
        "War and Peace", "Don Quixote", "Jane Eyre", "Moby-Dick; or, The Whale", "The Odyssey",
        "Winnie-the-Pooh", "銀河鉄道の夜", "The Prophet", "Walden; or, Life in the Woods",
        "On the Origin of Species", "三国演义", "The Art of War", "Faust. Eine Tragödie",
    ].enumerated().reduce(into: [String: Int]()) { $0[$1.element] = $1.offset }

    init(using random: inout FastRandom) {
        let all = DemoBooks.all.enumerated().map { Self.book($1, number: Int64($0 + 1)) }
        let best = all.filter(Self.isBestseller).sorted {
            Self.rank[$0.title, default: 0] < Self.rank[$1.title, default: 0]
        }
        let others = all.filter { !Self.isBestseller($0) }.shuffled(using: &random)
        // Among the better known, so that some of what is new is bought.
        arrivals = Array(others.prefix(Self.arrivalCount))
        let late = Set(arrivals.map(\.item))
        opening = all.filter { !late.contains($0.item) }
        books = Dictionary(uniqueKeysWithValues: opening.map { ($0.item, $0) })
        var sum = 0.0
        demand = (best + others).enumerated().map { rank, book in
            // Zipf's law, flattened at its top.
            sum += 1 / Double(rank + 12)
            return (book.item, sum)
        }
    }

    /// What is known of a book. It has the number of its place in the list.
    static func facts(of item: ItemNumber) -> BookFacts { DemoBooks.all[Int(item.value) - 1].facts }

    static func isBestseller(_ book: Book) -> Bool { rank[book.title] != nil }

    private static func book(_ demo: DemoBook, number: Int64) -> Book {
        var title = demo.title
        let hash = title.withUTF8 { StableHash.of(UnsafeRawBufferPointer($0)) }
        // From 4.95 to 34.95, the cheap ones more often.
        let step = min(hash % 31, hash / 31 % 31)
        guard let item = ItemNumber(number), let price = Cents(Int64(495 + 100 * step)) else {
            preconditionFailure("book \(number) of the demonstration is out of range")
        }
        return Book(
            item: item, title: demo.title, topic: demo.topic, price: price,
            stock: rank[title] == nil ? Int64(4 + hash / 1_000 % 9) : bestsellerStock)
    }

    /// A book that somebody comes for.
    func wanted(using random: inout FastRandom) -> Book? {
        let point = Double.random(in: 0..<(demand.last?.sum ?? 1), using: &random)
        let index = demand.partitioningIndex { $0.sum > point }
        return demand.indices.contains(index) ? books[demand[index].item] : nil
    }

    /// The best known of the books that have copies left.
    var best: Book? { demand.lazy.compactMap { books[$0.item] }.first { $0.stock > 3 } }

    /// Books in the order of their numbers.
    func books(where isMeant: (Book) -> Bool) -> [Book] {
        books.values.filter(isMeant).sorted { $0.item < $1.item }
    }

    mutating func change(_ item: ItemNumber, units: Int64 = 0, price: Cents? = nil) {
        guard var book = books[item] else { return }
        book.stock += units
        book.price = price ?? book.price
        books[item] = book
    }

    /// The next new book, which is on sale from now on.
    mutating func addNext() -> Book? {
        guard let book = arrivals.popLast() else { return nil }
        books[book.item] = book
        return book
    }

    mutating func retire(_ item: ItemNumber) { books[item] = nil }
}
