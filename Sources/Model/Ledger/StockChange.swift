/// An `update` as the catalog is asked for it: a new price, a signed change of the stock, or both, which
/// apply together or not at all.
package struct StockChange: Equatable, Sendable {
    /// The largest change of the stock by one update, in units, in either direction.
    package static let unitsMax: Int64 = 1_000_000_000

    /// The book.
    package let item: ItemNumber
    /// The new price; nil (`na`) leaves it.
    package let price: Cents?
    /// Units added (negative: taken); nil (`na`) leaves the stock.
    package let units: Int64?
    /// With a key, the change is made at most once: a repetition gets the first outcome.
    package let key: IdempotencyKey?
    /// The change is made only while the book costs at most this; nil makes it at any price. A condition of the
    /// request, not a part of the change: the ledger does not hold it, and a key is not bound to it.
    package let priceMax: Cents?

    /// Takes checked parts as they are.
    package init(
        item: ItemNumber, price: Cents? = nil, units: Int64? = nil, key: IdempotencyKey? = nil,
        priceMax: Cents? = nil
    ) {
        self.item = item
        self.price = price
        self.units = units
        self.key = key
        self.priceMax = priceMax
    }

    /// One unit of a book, sold under a key, while the book costs at most `priceMax`.
    package static func sale(
        of item: ItemNumber, key: IdempotencyKey, priceMax: Cents? = nil
    ) -> StockChange {
        StockChange(item: item, units: -1, key: key, priceMax: priceMax)
    }

    /// Whether the ledger counts this change as a sale: one unit taken under a key, at the price as is.
    package var isSale: Bool { units == -1 && price == nil && key != nil }

    /// The line of the catalog log that records this change, without a line break.
    package var logLine: String {
        "update,\(item),\(price.map(\.description) ?? "na"),\(units.map(String.init) ?? "na")"
    }
}
