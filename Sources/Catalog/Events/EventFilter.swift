internal import Model

/// Which movements are looked through for what they have to tell, in the ledger's order.
package struct EventFilter: Sendable {
    /// Only movements after it.
    let after: Int64
    /// A stock that is low.
    let lowStockMax: Int64
    /// Movements to tell of, at most. All that one has to tell is told together.
    let limit: Int
}
