/// What an edit made of one field of a book.
package struct FieldChange: Equatable, Codable, Sendable {
    /// The field's name on the wire: `title`, `topic`, or a fact's.
    package let field: String
    /// What it was; nil where it was not known.
    package let from: String?
    /// What it is; nil where it was removed.
    package let to: String?

    package init(field: String, from: String?, to: String?) {
        self.field = field
        self.from = from
        self.to = to
    }
}
