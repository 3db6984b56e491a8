internal import Model

/// The page of ``AddForm``.
struct AddView {
    let frame: Pages.Frame
    let key: String
    /// What concerns the form as a whole.
    let notes: [String]
    let topics: [String]
    let title: FieldView
    let topic: FieldView
    let cost: FieldView
    let stock: FieldView
    let number: FieldView
    let reason: FieldView
    /// Set where the form asks whether it is meant: pressing the button again says yes.
    let sureTitle: String?
    let isSureOfPrice: Bool
    let button: String

    init(
        frame: Pages.Frame, key: String, notes: [String], topics: [String], fields: AddForm,
        faults: AddForm.Faults, button: String
    ) {
        func view(_ field: AddForm.Field) -> FieldView {
            FieldView(
                value: fields[field], fault: faults.byField.first { $0.field == field }?.text,
                isFocused: faults.byField.first?.field == field)
        }
        self.frame = frame
        self.key = key
        self.notes = notes
        self.topics = topics
        title = view(.title)
        topic = view(.topic)
        cost = view(.cost)
        stock = view(.stock)
        number = view(.number)
        reason = view(.reason)
        sureTitle = fields.sureTitle.isEmpty ? nil : fields.sureTitle
        isSureOfPrice = fields.isSureOfPrice
        self.button = button
    }
}
