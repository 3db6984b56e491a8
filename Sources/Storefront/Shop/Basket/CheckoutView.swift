internal import Model

struct CheckoutView {
    let frame: Pages.Frame
    let key: String
    let shown: String
    let lines: [BasketView.Line]
    let total: String
    let name: FieldView
    let email: FieldView
    let delivery: FieldView
    let isDelivery: Bool
    let nameLengthMax = OrderContact.nameByteCountMax
    let emailLengthMax = OrderContact.emailByteCountMax
    let deliveryLengthMax = OrderContact.deliveryByteCountMax

    /// - Parameters:
    ///   - basket: what is ordered, with its titles.
    ///   - isSent: whether the form was sent, so that its faults are shown.
    init(_ form: CheckoutForm, _ basket: Basket, frame: Pages.Frame, isSent: Bool = false) {
        self.frame = frame
        key = form.key.text
        shown = form.shown.text
        lines = basket.lines.map { BasketView.Line($0) }
        total = Wording.amount(form.shown.totalCents)
        let faults = isSent ? form.faults : (name: nil, email: nil, delivery: nil)
        name = FieldView(value: form.name, fault: faults.name, isFocused: faults.name != nil)
        email = FieldView(
            value: form.email, fault: faults.email, isFocused: faults.name == nil && faults.email != nil)
        delivery = FieldView(
            value: form.delivery, fault: faults.delivery,
            isFocused: faults.name == nil && faults.email == nil && faults.delivery != nil)
        isDelivery = form.isDelivery
    }
}
