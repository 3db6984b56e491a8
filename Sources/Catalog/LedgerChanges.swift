/// What the ledger has done to the books between two of its movements.
package struct LedgerChanges: Sendable {
    /// The movement that the books were like before.
    let after: Int64
    /// The last movement that is in ``books``.
    let through: Int64
    /// What became of the books.
    let books: ShelfChanges
}
