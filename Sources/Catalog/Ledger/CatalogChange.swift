package import Model

/// What the commit thread is given.
package enum CatalogChange: Sendable {
    /// An `update`; nearly always a sale.
    case update(StockChange)
    /// What a storekeeper asks for.
    case keeper(KeeperRequest)
    /// A part of a file of books.
    case importing(ImportPiece)
    /// A part of such a file is taken back.
    case undoing(ImportUndo)
}
