internal import Model
internal import Monitoring

/// The books of a run, and the choice of those that the clients request.
struct ChaosShelf: Sendable {
    /// Sold only by the duplicates phase: it has as many copies as there are keys.
    static let duplicatesItem: Int64 = 1
    /// Sold only by the duplicates phase: it has fewer copies than there are keys.
    static let lastCopiesItem: Int64 = 2
    private static let keptTopic = "chaos, kept"
    private static let openingStock: Int64 = 20
    /// The percentage of requests that always go to the same book, so that clients compete for it.
    private static let hotShare = 30
    /// Books that are ordered together. What orders connect is checked together, so that large groups take long.
    private static let groupSize = 3

    let books: [Book]
    /// A book that nobody buys, and that comes and goes.
    let kept: ItemNumber
    /// Those whose books stay.
    let topics: [String]
    private let drawn: [ItemNumber]
    /// The second half of them, in groups.
    private let groups: [[ItemNumber]]

    /// Creates a shelf with `count` books for the clients, two for the duplicates phase, and one for the storekeeper.
    init(count: Int, duplicateKeys: Int, lastCopies: Int) {
        let stocks =
            [Int64(duplicateKeys), Int64(lastCopies)]
            + [Int64](repeating: Self.openingStock, count: count + 1)
        var books: [Book] = []
        for (index, stock) in stocks.enumerated() {
            guard let item = ItemNumber(Int64(index + 1)), let price = Cents(Int64(1_000 + index)) else {
                continue
            }
            let topic =
                switch index {
                case ..<2: "duplicates"
                case count + 2: Self.keptTopic
                default: "chaos, part \(index % 4 + 1)"
                }
            books.append(
                Book(item: item, title: "Book \(index + 1)", topic: topic, price: price, stock: stock))
        }
        self.books = books
        kept = books[count + 2].item
        drawn = books[2..<(count + 2)].map(\.item)
        let ordered = Array(drawn.suffix(drawn.count / 2))
        groups = stride(from: 0, to: ordered.count, by: Self.groupSize).map {
            Array(ordered[$0..<min($0 + Self.groupSize, ordered.count)])
        }
        topics = Array(Set(books.map(\.topic))).filter { $0 != Self.keptTopic }.sorted()
    }

    /// Draws a book for the next request.
    func draw(_ random: inout FastRandom) -> ItemNumber {
        Int.random(in: 0..<100, using: &random) < Self.hotShare
            ? drawn[0] : drawn[Int.random(in: 0..<drawn.count, using: &random)]
    }

    /// Draws the books of an order, by number.
    func drawGroup(_ random: inout FastRandom) -> [ItemNumber] {
        groups[Int.random(in: 0..<groups.count, using: &random)]
    }

    func other(than item: ItemNumber) -> ItemNumber { item == drawn[0] ? drawn[1] : drawn[0] }

    /// The books of a topic, in item-number order.
    func items(of topic: String) -> [ItemNumber] { books.filter { $0.topic == topic }.map(\.item) }
}
