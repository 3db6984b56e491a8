package import Model

/// What the commit thread is given.
package enum CatalogChange: Sendable {
    /// An `update`; nearly always a sale.
    case update(StockChange)
    /// What a storekeeper asks for.
    case keeper(KeeperRequest)
}
