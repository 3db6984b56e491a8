/// What a step of an order did to the shelf, as order servers record it.
package struct OrderShare: Equatable, Sendable {
    /// The order's number.
    package let order: Int64
    /// ``OrderState/placed``, ``OrderState/cancelled`` or ``OrderState/returned``.
    package let state: OrderState
    /// The copies that were sold or put back, in the ledger's order.
    package let lines: [OrderLine]

    package init(order: Int64, state: OrderState, lines: [OrderLine]) {
        self.order = order
        self.state = state
        self.lines = lines
    }
}
