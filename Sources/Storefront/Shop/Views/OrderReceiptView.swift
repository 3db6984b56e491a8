internal import Model
internal import StoreAPI

struct OrderReceiptView {
    struct Step {
        let words: String
        let time: String
        let when: String

        init(_ step: PlacedOrder.Step) {
            words = step.state.words.capitalizedFirst
            time = step.time.description
            when = ShopProfile.current.zone.words(step.time)
        }
    }

    let frame: Pages.Frame
    let id: String
    let number: String
    let state: String
    let lines: [OrderLineRow]
    let total: String
    let tax: TaxView?
    /// What was paid back; nil for nothing.
    let refunded: String?
    let steps: [Step]
    /// Whether it was made just now.
    let isNew: Bool
    /// Whether it was too late to cancel it when that was asked for.
    let isLate: Bool
    let canCancel: Bool
    let isReady: Bool

    init(_ order: PlacedOrder, id: ReceiptID, frame: Pages.Frame, isNew: Bool, isLate: Bool) {
        self.frame = frame
        self.id = id.text
        number = String(order.number)
        state = order.state.words
        lines = order.lines.map(OrderLineRow.init)
        total = Wording.amount(order.totalCents)
        tax = TaxView(in: order.totalCents)
        refunded = order.refundedCents > 0 ? Wording.amount(order.refundedCents) : nil
        steps = order.steps.map(Step.init)
        self.isNew = isNew
        self.isLate = isLate && order.state != .cancelled
        canCancel = order.state == .placed
        isReady = order.state == .ready
    }
}
