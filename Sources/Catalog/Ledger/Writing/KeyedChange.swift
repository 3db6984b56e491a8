internal import Model

/// What the ledger has under a key.
struct KeyedChange {
    let item: Int64
    let units: Int64?
    let priceCents: Int64?
    /// The sale's number, where it was one.
    let sale: Int64?

    /// Whether it was this change.
    func isOf(_ change: StockChange) -> Bool {
        item == change.item.value && units == change.units && priceCents == change.price?.amount
    }
}
