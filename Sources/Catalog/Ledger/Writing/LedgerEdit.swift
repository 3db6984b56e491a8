internal import Model

/// An edit as it is written to the ledger, beside its movement.
struct LedgerEdit {
    let movement: Int64
    /// What it changes, from what to what.
    let changes: [FieldChange]
    /// The book that it leaves.
    let book: Book
    /// Whether that has another title or topic than before.
    let isRenamed: Bool
    /// The facts that it leaves; nil where they are those from before.
    let facts: BookFacts?

    /// What an edit makes of a book.
    init(_ edit: BookEdit, of found: BookDetails, movement: Int64) {
        self.movement = movement
        changes = edit.changes(of: found.book, found.facts)
        book = edit.applied(to: found.book)
        isRenamed = edit.title != nil || edit.topic != nil
        facts = edit.facts.isEmpty ? nil : found.facts.applying(edit.facts)
    }
}
