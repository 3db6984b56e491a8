/// A book as the catalog knows it.
package struct Book: Equatable, Codable, Sendable {
    /// The largest stock of one book, in units.
    package static let stockMax: Int64 = 1_000_000_000_000

    /// The book's number.
    package let item: ItemNumber
    /// The title: 1 … `ShopText.titleByteCountMax` bytes on one line.
    package var title: String
    /// The topic: 1 … `ShopText.topicByteCountMax` bytes on one line, matched exactly.
    package var topic: String
    /// The price of one unit.
    package var price: Cents
    /// The units on the shelf, 0 … `stockMax`.
    package var stock: Int64

    /// Takes checked parts as they are.
    package init(item: ItemNumber, title: String, topic: String, price: Cents, stock: Int64) {
        self.item = item
        self.title = title
        self.topic = topic
        self.price = price
        self.stock = stock
    }

    private enum CodingKeys: String, CodingKey {
        case item = "item_number"
        case title
        case topic = "type"
        case price = "cost"
        case stock
    }

    /// The four books that a store opens with when it is given no others.
    package static let defaults: [Book] = [
        book(1, "How to get a good grade in 677 in 20 minutes a day", "distributed systems", 10_00),
        book(2, "RPCs for Dummies", "distributed systems", 20_00),
        book(3, "Xen and the Art of Surviving Graduate School", "graduate school", 5_00),
        book(4, "Cooking for the Impatient Graduate Student", "graduate school", 15_00),
    ]

    private static func book(_ number: Int64, _ title: String, _ topic: String, _ cents: Int64) -> Book {
        guard let item = ItemNumber(number), let price = Cents(cents) else {
            preconditionFailure("default book \(number) is out of range")
        }
        return Book(item: item, title: title, topic: topic, price: price, stock: 3)
    }
}
