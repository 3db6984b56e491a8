package import Model

/// What the commit thread is given.
package enum CatalogChange: Sendable {
    /// An `update`; nearly always a sale.
    case update(StockChange)
    /// What a storekeeper asks for.
    case keeper(KeeperRequest)
    /// A customer's order.
    case ordering(NewOrder)
    /// A customer takes the order of a key back.
    case cancelling(IdempotencyKey)
    /// Whom an order is for is forgotten.
    case forgetting(order: Int64)
    /// A basket has other lines.
    case basket(BasketChange)
    /// Keepers and their sessions change.
    case keepers(KeeperChange)
    /// The shop has other settings.
    case settings(SettingsChange)
    /// Webhooks, or what they were told.
    case webhook(WebhookChange)
    /// A part of a file of books.
    case importing(ImportPiece)
    /// A part of such a file is taken back.
    case undoing(ImportUndo)

    /// The books of a change that is made beside many others, so that they are asked for together.
    var items: [ItemNumber] {
        switch self {
        case .update(let change): [change.item]
        case .ordering(let order): order.lines.map(\.item)
        case .keeper, .cancelling, .forgetting, .basket, .keepers, .settings, .webhook, .importing, .undoing:
            []
        }
    }

    /// The key of such a change.
    var key: IdempotencyKey? {
        switch self {
        case .update(let change): change.key
        case .ordering(let order): order.key
        case .keeper, .cancelling, .forgetting, .basket, .keepers, .settings, .webhook, .importing, .undoing:
            nil
        }
    }
}
