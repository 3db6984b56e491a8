internal import Model

/// A book to be added.
struct AddOrder: Encodable, Sendable {
    let title: String
    let topic: String
    let price: String
    let stock: Int64
    /// Nil takes the next free number.
    let item: String?
    let actor: String
    let reason: String

    private enum CodingKeys: String, CodingKey {
        case title
        case topic
        case price = "cost"
        case stock
        case item = "item_number"
        case actor
        case reason
    }
}
