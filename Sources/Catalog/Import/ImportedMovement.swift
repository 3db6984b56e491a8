internal import Model

/// A movement of an import with what was before it.
struct ImportedMovement {
    let sequence: Int64
    let entry: LedgerEntry
    /// What the book cost before.
    let priceBefore: Cents?
    /// What an edit changed.
    let changes: [FieldChange]
}
