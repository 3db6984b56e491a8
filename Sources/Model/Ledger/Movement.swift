/// A movement of the ledger as a storekeeper sees it.
package struct Movement: Decodable, Sendable {
    /// What a movement is called.
    package enum Kind: String, CaseIterable, Decodable, Sendable {
        case sale, update, add, retire, edit, restore
        case order, ready
        case handedOver = "handed_over"
        case cancelled, returned
    }

    package let sequence: Int64
    package let kind: Kind
    package let item: ItemNumber
    package let title: String
    /// Units that came, or, negative, went; nil where the stock stayed.
    package let units: Int64?
    /// The price that it set.
    package let price: Cents?
    package let stockAfter: Int64
    /// What the book costs then; nil where an older ledger does not say.
    package let priceAfter: Cents?
    package let time: Timestamp
    package let actor: String?
    package let reason: String?
    private let edited: [FieldChange]?

    /// What an edit changed; nothing for any other kind.
    package var changes: [FieldChange] { edited ?? [] }

    package init(
        sequence: Int64, kind: Kind, item: ItemNumber, title: String, units: Int64?, price: Cents?,
        stockAfter: Int64, priceAfter: Cents?, time: Timestamp, actor: String?, reason: String?,
        changes: [FieldChange] = []
    ) {
        self.sequence = sequence
        self.kind = kind
        self.item = item
        self.title = title
        self.units = units
        self.price = price
        self.stockAfter = stockAfter
        self.priceAfter = priceAfter
        self.time = time
        self.actor = actor
        self.reason = reason
        edited = changes
    }

    private enum CodingKeys: String, CodingKey {
        case sequence, kind, title, units, time, actor, reason
        case item = "item_number"
        case price = "cost"
        case stockAfter = "stock_after"
        case priceAfter = "cost_after"
        case edited = "changes"
    }
}
