/// A step of an order as it is asked for.
package struct OrderStep: Equatable, Sendable {
    /// The order's number.
    package let order: Int64
    package let state: OrderState
    /// What is returned; nil for all that is not returned yet. Of any other step nil.
    package let lines: [OrderLine]?

    /// Takes checked parts as they are.
    package init(order: Int64, state: OrderState, lines: [OrderLine]? = nil) {
        self.order = order
        self.state = state
        self.lines = lines
    }
}
