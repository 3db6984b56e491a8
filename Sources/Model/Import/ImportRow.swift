/// A row of a file of books: what it says of one. What is nil is not said.
package struct ImportRow: Equatable, Sendable {
    /// Where it begins, from 1.
    package let line: Int
    package var item: ItemNumber?
    package var title: String?
    package var topic: String?
    package var price: Cents?
    /// Units on the shelf, or to be added to it.
    package var stock: Int64?
    package var facts = BookFacts.none

    package init(line: Int) { self.line = line }

    /// The row of a whole book.
    package init(line: Int, _ book: Book) {
        self.init(line: line)
        (item, title, topic, price, stock) = (book.item, book.title, book.topic, book.price, book.stock)
    }
}
