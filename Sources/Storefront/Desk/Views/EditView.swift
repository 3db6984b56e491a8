internal import Model

/// The page of ``EditForm``.
struct EditView {
    /// A field of one line with what it is meanwhile.
    struct Field {
        let value: String
        let fault: String?
        let now: String?
        let isFocused: Bool
    }

    let frame: Pages.Frame
    let key: String
    let item: String
    let heading: String
    /// A message about the form as a whole.
    let note: String?
    let title: Field
    let topic: Field
    let facts: [FactFieldView]
    let reason: FieldView
    let seen: String
    let button: String

    init(
        frame: Pages.Frame, key: ReceiptID, heading: String, note: String?, filled: EditForm,
        faults: EditForm.Faults, conflicts: EditConflicts, seen: EditForm.Seen, button: String
    ) {
        self.frame = frame
        self.key = key.text
        self.heading = heading
        self.note = note
        self.button = button
        self.seen = seen.text
        item = filled.item.description
        let isTitleWrong = faults.title != nil || conflicts.title != nil
        let isTopicWrong = faults.topic != nil || conflicts.topic != nil
        let wrong = isTitleWrong || isTopicWrong
        let first = FactFields.facts.first { faults.facts[$0] != nil || conflicts.facts[$0] != nil }
        title = Field(
            value: filled.title, fault: faults.title, now: conflicts.title.map(Self.now),
            isFocused: isTitleWrong)
        topic = Field(
            value: filled.topic, fault: faults.topic, now: conflicts.topic.map(Self.now),
            isFocused: isTopicWrong && !isTitleWrong)
        facts = filled.facts.views(
            faults: faults.facts, now: conflicts.facts.mapValues(Self.now), focused: wrong ? nil : first)
        reason = FieldView(
            value: filled.reason, fault: faults.reason,
            isFocused: faults.reason != nil && !wrong && first == nil)
    }

    private static func now(_ text: String) -> String {
        text.isEmpty ? "Someone else removed it." : "Someone else made it: \(text)"
    }
}
