package import Model

/// What a book's shelf offers.
package struct Offer: Equatable, Sendable {
    /// The units on the shelf.
    package let stock: Int64
    /// The price of one unit.
    package let price: Cents

    /// Takes checked parts as they are.
    package init(stock: Int64, price: Cents) {
        self.stock = stock
        self.price = price
    }

    /// Nothing, while the book costs at most `limit`.
    ///
    /// - Throws: ``StoreError/aboveLimit(_:price:limit:)``
    package func check(_ item: ItemNumber, limit: Cents) throws(StoreError) {
        guard price <= limit else { throw .aboveLimit(item, price: price, limit: limit) }
    }
}
