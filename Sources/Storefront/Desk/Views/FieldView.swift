/// A field of a form that is shown again, with the typed text and its fault.
struct FieldView {
    let value: String
    let fault: String?
    /// Whether the page focuses this field, which is the first one with a fault.
    let isFocused: Bool
}
