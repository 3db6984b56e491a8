package import Model

/// What one book is to its readers: the value that lookups see and buys and updates change.
package struct BookState: Hashable, Sendable, CustomStringConvertible {
    /// The units on the shelf, 0 or more.
    package var stock: Int64
    /// The price of one unit.
    package var price: Cents

    package init(stock: Int64, price: Cents) {
        self.stock = stock
        self.price = price
    }

    /// For reports.
    package var description: String { "stock \(stock) at \(price)" }
}
