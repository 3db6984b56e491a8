/// A customer's order as the store has it.
package struct PlacedOrder: Equatable, Sendable {
    package struct Line: Equatable, Sendable {
        package let item: ItemNumber
        package let title: String
        package let copies: Int64
        /// What one copy cost.
        package let price: Cents
        /// The copies that were put back, by cancelling or returning.
        package let putBack: Int64

        package init(item: ItemNumber, title: String, copies: Int64, price: Cents, putBack: Int64) {
            self.item = item
            self.title = title
            self.copies = copies
            self.price = price
            self.putBack = putBack
        }
    }

    package struct Step: Equatable, Sendable {
        package let state: OrderState
        package let time: Timestamp
        /// Who made it; nil for the customer, or where that is not said.
        package let actor: String?
        package let reason: String?

        package init(state: OrderState, time: Timestamp, actor: String? = nil, reason: String? = nil) {
            self.state = state
            self.time = time
            self.actor = actor
            self.reason = reason
        }
    }

    /// The number of its sale in the ledger.
    package let number: Int64
    package let key: IdempotencyKey
    package let state: OrderState
    /// By the books' numbers.
    package let lines: [Line]
    /// In order, from ``OrderState/placed`` on.
    package let steps: [Step]
    /// Whom it is for; nil where nothing was said, or it is forgotten.
    package let contact: OrderContact?

    package init(
        number: Int64, key: IdempotencyKey, state: OrderState, lines: [Line], steps: [Step],
        contact: OrderContact?
    ) {
        self.number = number
        self.key = key
        self.state = state
        self.lines = lines
        self.steps = steps
        self.contact = contact
    }

    /// The same with titles for lines that have none.
    package func named(_ title: (ItemNumber) -> String?) -> PlacedOrder {
        PlacedOrder(
            number: number, key: key, state: state,
            lines: lines.map { line in
                guard line.title.isEmpty else { return line }
                return Line(
                    item: line.item, title: title(line.item) ?? "", copies: line.copies, price: line.price,
                    putBack: line.putBack)
            }, steps: steps, contact: contact)
    }

    /// What it cost, in cents.
    package var totalCents: Int64 { lines.reduce(0) { $0 + $1.copies * $1.price.amount } }
    /// What of it was paid back, or is to be, in cents.
    package var refundedCents: Int64 { lines.reduce(0) { $0 + $1.putBack * $1.price.amount } }
    /// When it was placed.
    package var time: Timestamp { steps.first?.time ?? Timestamp(millis: 0) }
}
