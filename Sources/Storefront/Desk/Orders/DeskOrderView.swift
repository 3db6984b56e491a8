internal import Model
internal import StoreAPI

/// One order at the desk, also as a picking list and a receipt for print.
struct DeskOrderView {
    struct Step {
        let words: String
        let when: String
        let actor: String
        let reason: String

        init(_ step: PlacedOrder.Step) {
            words = step.state.words
            when = Wording.tabular(step.time)
            actor = step.actor ?? (step.state == .placed || step.state == .cancelled ? "the customer" : "")
            reason = step.reason ?? ""
        }
    }

    /// Whom it is for.
    struct Contact {
        let name: String
        let email: String
        /// Where it is sent; nil where it is collected.
        let delivery: String?

        init(_ contact: OrderContact) {
            name = contact.name ?? ""
            email = contact.email ?? ""
            delivery = contact.delivery
        }
    }

    let frame: Pages.Frame
    let key = ReceiptID.random().text
    let done: String?
    let number: String
    let receipt: String
    let state: String
    let when: String
    let contact: Contact?
    let lines: [OrderLineRow]
    let total: String
    let tax: TaxView?
    /// What was paid back; nil for nothing.
    let refunded: String?
    let steps: [Step]
    /// The steps that it may take, without a return.
    let choices: [OrderStepChoice]
    let canReturn: Bool

    init(_ order: PlacedOrder, frame: Pages.Frame, done: String? = nil) {
        self.frame = frame
        self.done = done
        number = String(order.number)
        receipt = order.key.text
        state = order.state.words
        when = ShopProfile.current.zone.words(order.time)
        contact = order.contact.map(Contact.init)
        lines = order.lines.map(OrderLineRow.init)
        total = Wording.amount(order.totalCents)
        tax = TaxView(in: order.totalCents)
        refunded = order.refundedCents > 0 ? Wording.amount(order.refundedCents) : nil
        steps = order.steps.map(Step.init)
        canReturn = frame.mayChange && order.state.allows(.returned)
        choices =
            frame.mayChange
            ? OrderStepChoice.all(from: order.state).filter { $0.value != OrderState.returned.name } : []
    }
}
