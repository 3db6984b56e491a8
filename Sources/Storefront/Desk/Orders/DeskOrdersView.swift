internal import Model

/// The desk's list of customers' orders.
struct DeskOrdersView {
    struct Row {
        let number: String
        let when: String
        let name: String
        let what: String
        let total: String
        let state: String

        init(_ order: PlacedOrder) {
            number = String(order.number)
            when = Wording.tabular(order.time)
            name = order.contact?.name ?? order.contact?.email ?? ""
            let copies = Wording.copies(order.lines.reduce(0) { $0 + $1.copies })
            what =
                copies + ": " + order.lines.map { Wording.listed($0.title) }.prefix(2).joined(separator: ", ")
                + (order.lines.count > 2 ? " …" : "")
            total = Wording.amount(order.totalCents - order.refundedCents)
            state = order.state.words
        }
    }

    let frame: Pages.Frame
    let key = ReceiptID.random().text
    let done: String?
    /// Orders that did not take the last step, and why.
    let refused: [String]
    let states: [Choice]
    /// The state of the list; empty for all.
    let state: String
    let query: String
    let item: String
    /// Why the list cannot be filtered like that.
    let fault: String?
    let orders: [Row]
    let numbers: String
    /// The steps that orders of this list may take.
    let steps: [OrderStepChoice]
    /// This list, to return to.
    let back: String
    let pages: PageLinks?
}
