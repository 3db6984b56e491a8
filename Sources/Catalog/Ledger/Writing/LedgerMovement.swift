internal import Model

/// A movement as it is written to the ledger.
struct LedgerMovement {
    let sequence: Int64
    let kind: MovementKind
    let change: StockChange
    /// The key, which no other movement may have; nil for a movement without one.
    var key: String?
    /// The sale's number, where it is one.
    let sale: Int64?
    let atMillis: Int64
    let stockAfter: Int64
    let priceAfter: Cents
    /// The movement of the same book before it; 0 for none.
    let previous: Int64
}
