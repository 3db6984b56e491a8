internal import Model

/// The page of ``AddForm``.
struct AddView {
    let frame: Pages.Frame
    let key: String
    /// Notes about the form as a whole.
    let notes: [String]
    let topics: [String]
    /// The fields by the names of ``AddForm/Field``.
    let fields: [String: FieldView]
    let facts: [FactFieldView]
    /// Whether any of the facts is filled in.
    let hasFacts: Bool
    /// The title that the form asks to confirm; pressing the button again confirms it.
    let sureTitle: String?
    let isSureOfPrice: Bool
    let button: String

    init(
        frame: Pages.Frame, key: String, notes: [String], topics: [String], fields: AddForm,
        faults: AddForm.Faults, button: String
    ) {
        self.frame = frame
        self.key = key
        self.notes = notes
        self.topics = topics
        let views = AddForm.Field.allCases.map { field in
            let view = FieldView(
                value: fields[field], fault: faults.byField.first { $0.field == field }?.text,
                isFocused: faults.byField.first?.field == field)
            return (field.rawValue, view)
        }
        self.fields = Dictionary(uniqueKeysWithValues: views)
        facts = fields.facts.views(
            faults: faults.byFact,
            focused: faults.byField.isEmpty ? FactFields.facts.first { faults.byFact[$0] != nil } : nil)
        hasFacts = facts.contains { !$0.value.isEmpty }
        sureTitle = fields.sureTitle.isEmpty ? nil : fields.sureTitle
        isSureOfPrice = fields.isSureOfPrice
        self.button = button
    }
}
