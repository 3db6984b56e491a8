internal import Model

/// What the commit thread is given.
enum CatalogChange: Sendable {
    /// An `update`; nearly always a sale.
    case update(StockChange)
    /// What a storekeeper asks for.
    case keeper(KeeperRequest)
}

/// What came of it.
enum CatalogOutcome: Sendable {
    /// Of an `update`.
    case update(UpdateOutcome)
    /// Of a storekeeper's request: the books as they are afterwards.
    case books([BookDetails])
}
