internal import Model

/// What came of a change.
package struct CatalogOutcome: Sendable {
    /// A storekeeper's request that is not refused is applied.
    var update = UpdateOutcome.applied(sale: nil, replayed: false)
    /// Of a storekeeper's request: the books as they are afterwards.
    var books: [BookDetails] = []
}
