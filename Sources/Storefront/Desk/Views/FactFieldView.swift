internal import Model

/// A field for a fact of a book.
struct FactFieldView {
    let name: String
    let label: String
    let value: String
    let hint: String?
    let fault: String?
    /// What it is meanwhile, where someone else changed it.
    let now: String?
    /// The elements that describe the field, by their IDs; nil where none does.
    let described: String?
    let isLong: Bool
    let isFocused: Bool

    init(_ fact: BookFact, value: String, fault: String?, now: String?, isFocused: Bool) {
        name = fact.rawValue
        label = fact.label
        self.value = value
        hint = Self.hint(fact)
        self.fault = fault
        self.now = now
        let parts = [("hint", hint), ("now", now), ("fault", fault)].filter { $0.1 != nil }
        described = parts.isEmpty ? nil : parts.map { "\(fact.rawValue)-\($0.0)" }.joined(separator: " ")
        isLong = fact == .description
        self.isFocused = isFocused
    }

    private static func hint(_ fact: BookFact) -> String? {
        switch fact {
        case .isbn: "13 or 10 digits, with or without hyphens."
        case .authors: "Several are parted by semicolons."
        case .published: "1869, 1869-03 or 1869-03-01."
        case .language: "A tag such as en, zh-Hant or pt-BR."
        case .description: "Text; an empty line parts paragraphs."
        case .publisher, .cover: nil
        }
    }
}
