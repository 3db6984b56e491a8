internal import Model

/// What came of it.
enum CatalogOutcome: Sendable {
    case update(UpdateOutcome)
    /// Of a storekeeper's request: the books as they are afterwards.
    case books([BookDetails])
}
