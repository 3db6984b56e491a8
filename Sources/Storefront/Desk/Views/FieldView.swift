/// A field of a form that came back, with what was typed and what is wrong with it.
struct FieldView {
    let value: String
    let fault: String?
    /// Whether the page begins here: at the first field that cannot be used.
    let isFocused: Bool
}
