internal import Model

/// A book as a batch of changes follows it.
struct LedgerBook {
    var stock: Int64
    var price: Cents
    var sold: Int64
    var lastMovement: Int64
    var previousMovement: Int64
    let isRetired: Bool
}
