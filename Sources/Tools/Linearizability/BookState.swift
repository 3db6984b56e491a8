package import Model

/// The value of one book, which lookups read and buys and updates change.
package struct BookState: Hashable, Sendable, CustomStringConvertible {
    /// The units on the shelf, 0 or more.
    package var stock: Int64
    /// The price of one unit.
    package var price: Cents

    package init(stock: Int64, price: Cents) {
        self.stock = stock
        self.price = price
    }

    /// The state as reports show it.
    package var description: String { "stock \(stock) at \(price)" }
}
