/// An order that was made, as the catalog answers an order server.
package struct OrderDecision: Equatable, Sendable {
    package let order: PlacedOrder
    /// Its place in the ledger.
    package let sale: SalePosition
    /// Whether an earlier request with the same key had made it.
    package let replayed: Bool

    package init(order: PlacedOrder, sale: SalePosition, replayed: Bool) {
        self.order = order
        self.sale = sale
        self.replayed = replayed
    }
}
