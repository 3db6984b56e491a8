internal import Model

/// A step of an order after the first, as it is written beside its movements.
struct LedgerStep {
    let order: Int64
    /// Its first movement.
    let movement: Int64
    /// How many it has.
    let movementCount: Int
    /// The order's state afterwards, where that is another.
    let state: OrderState?
    /// What is put back.
    let lines: [OrderLine]
}
