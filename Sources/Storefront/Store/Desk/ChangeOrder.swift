internal import Model

/// Changes that are made together or not at all.
struct ChangeOrder: Encodable, Sendable {
    struct Update: Encodable, Sendable {
        let item: String
        /// A signed change.
        var stock: Int64?
        var price: String?
        var expectedStock: Int64?
        var expectedPrice: String?

        private enum CodingKeys: String, CodingKey {
            case item = "item_number"
            case stock
            case price = "cost"
            case expectedStock = "expect_stock"
            case expectedPrice = "expect_cost"
        }
    }

    let actor: String
    let reason: String
    let updates: [Update]
}
