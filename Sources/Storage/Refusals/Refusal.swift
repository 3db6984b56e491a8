package import Model

/// A change that was refused, as it is remembered.
package struct Refusal: Equatable, Sendable {
    /// The book's number.
    package let item: Int64
    /// The change of stock that was asked for.
    package let units: Int64?
    /// The price that was asked for.
    package let priceCents: Int64?
    /// When it was refused, by the wall clock.
    package let atMillis: Int64

    /// Whether it was this change that was refused.
    package func isOf(_ change: StockChange) -> Bool {
        item == change.item.value && units == change.units && priceCents == change.price?.amount
    }
}
