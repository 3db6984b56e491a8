/// A book to be added.
package struct NewBook: Equatable, Sendable {
    /// Its number; nil for the next free one.
    package let item: ItemNumber?
    package let title: String
    package let topic: String
    /// The price of one unit.
    package let price: Cents
    /// The units on the shelf.
    package let stock: Int64
    /// What is known of it besides.
    package let facts: BookFacts

    /// Takes checked parts as they are.
    package init(
        item: ItemNumber?, title: String, topic: String, price: Cents, stock: Int64, facts: BookFacts = .none
    ) {
        self.item = item
        self.title = title
        self.topic = topic
        self.price = price
        self.stock = stock
        self.facts = facts
    }

    /// The book under a number.
    package func book(_ item: ItemNumber) -> Book {
        Book(item: item, title: title, topic: topic, price: price, stock: stock)
    }
}
