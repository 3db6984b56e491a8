/// A movement of a customer's order: what a step did to one of its books. The movements of a step stand in the ledger
/// side by side.
package struct OrderMovement: Equatable, Sendable {
    /// The order's number.
    package let order: Int64
    /// What the order became by the step. Of an order that is returned in part it is ``OrderState/returned``, too.
    package let state: OrderState
    package let item: ItemNumber
    /// The copies that were sold or put back; 0 of a step that moves none, which is told at the order's first book.
    package let copies: Int64
    /// The order's key, at the first movement of all.
    package let key: IdempotencyKey?

    package init(
        order: Int64, state: OrderState, item: ItemNumber, copies: Int64, key: IdempotencyKey? = nil
    ) {
        self.order = order
        self.state = state
        self.item = item
        self.copies = copies
        self.key = key
    }

    /// What it did to the book's stock.
    package var change: StockChange {
        StockChange(item: item, units: state == .placed ? -copies : copies, key: key)
    }

    /// How the line of a step after the first begins; order, state, book and copies follow.
    package static let prefix = "order,"

    /// The line of the catalog log. A sale is an update there, as the contract has it.
    package var logLine: String {
        state == .placed ? change.logLine : "\(Self.prefix)\(order),\(state.name),\(item),\(copies)"
    }

    /// Reads a line of the catalog log.
    package init(logged line: Substring) throws(LineFault) {
        let parts = line.dropFirst(Self.prefix.count).split(separator: ",", omittingEmptySubsequences: false)
        guard parts.count == 4, let order = Decimal.digits(parts[0].utf8, digitCountMax: 18), order > 0,
            let state = OrderState(name: parts[1]), state != .placed,
            let item = ItemNumber(parsing: parts[2]),
            let copies = Decimal.digits(parts[3].utf8, digitCountMax: 4), state.putsBack == (copies > 0)
        else { throw LineFault("expected order,number,state,item_number,copies") }
        self.init(order: order, state: state, item: item, copies: copies)
    }
}
