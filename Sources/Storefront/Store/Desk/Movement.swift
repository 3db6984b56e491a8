internal import Model

/// An entry of the ledger.
struct Movement: Decodable, Sendable {
    let item: String
    let title: String
    /// `sale`, `update`, `add` or `retire`.
    let kind: String
    let units: Int64?
    let price: String?
    let stockAfter: Int64
    /// What the book costs then; nil where an older ledger does not say.
    let priceAfter: String?
    let time: String
    let actor: String?
    let reason: String?

    private enum CodingKeys: String, CodingKey {
        case item = "item_number"
        case title
        case kind
        case units
        case price = "cost"
        case stockAfter = "stock_after"
        case priceAfter = "cost_after"
        case time
        case actor
        case reason
    }
}
