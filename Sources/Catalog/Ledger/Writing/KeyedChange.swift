internal import Model

/// What the ledger has under a key.
struct KeyedChange {
    let item: Int64
    let units: Int64?
    let priceCents: Int64?
    /// The sale's number, where it was one.
    let sale: Int64?

    let kind: Int64

    /// Whether it is an order, whose number is its sale's.
    var isOrder: Bool { kind == MovementKind.placed.rawValue }

    /// Whether it was this change.
    func isOf(_ change: StockChange) -> Bool {
        kind == MovementKind.update.rawValue && item == change.item.value && units == change.units
            && priceCents == change.price?.amount
    }
}
