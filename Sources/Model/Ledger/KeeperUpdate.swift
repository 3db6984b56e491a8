/// An update as a storekeeper asks for it, with what the book is believed to be.
package struct KeeperUpdate: Equatable, Sendable {
    /// What to change. Never a sale: it has no key.
    package let change: StockChange
    /// What the book must be for it.
    package let expectation: Expectation

    package var item: ItemNumber { change.item }

    /// What a storekeeper last saw of a book; what is nil may be anything.
    package struct Expectation: Equatable, Sendable {
        /// The units on the shelf.
        package var stock: Int64?
        package var price: Cents?
        /// See ``BookDetails/version``.
        package var version: Int64?
        /// What the book may cost at most.
        package var priceMax: Cents?

        package init(
            stock: Int64? = nil, price: Cents? = nil, version: Int64? = nil, priceMax: Cents? = nil
        ) {
            self.stock = stock
            self.price = price
            self.version = version
            self.priceMax = priceMax
        }

        /// How a book differs from it, in words; nil when it does not.
        package func difference(from found: BookDetails) -> String? {
            if let stock, stock != found.book.stock {
                return "its stock is \(found.book.stock), not \(stock)"
            }
            if let price, price != found.book.price { return "its cost is \(found.book.price), not \(price)" }
            if let priceMax, found.book.price > priceMax {
                return "its cost is \(found.book.price), more than \(priceMax)"
            }
            if let version, version != found.version {
                return "its version is \(found.version), not \(version)"
            }
            return nil
        }
    }

    package init(_ change: StockChange, expectation: Expectation = Expectation()) {
        self.change = change
        self.expectation = expectation
    }
}
