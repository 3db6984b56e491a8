internal import Model
internal import StoreAPI

/// An entry of the ledger in a table.
struct MovementRow {
    let when: String
    let kind: String
    let item: String
    let title: String
    let units: String
    let price: String
    let stock: String
    let actor: String
    let reason: String
    /// What an edit made of the book's fields.
    let changes: [ChangeRow]

    init(_ movement: Movement) {
        when = Wording.tabular(movement.time)
        kind = Self.kind(movement)
        item = movement.item.description
        title = Wording.listed(movement.title)
        units = movement.units.map { ($0 > 0 ? "+" : "") + Wording.count($0) } ?? ""
        // A sale shows the price that was paid. Any other movement shows a price only if it sets one.
        let amount = movement.kind == .sale ? movement.priceAfter : movement.price
        price = amount.map(Wording.price) ?? ""
        stock = Wording.count(movement.stockAfter)
        actor = movement.actor ?? ""
        reason = movement.reason ?? ""
        changes = movement.changes.map(ChangeRow.init)
    }

    private static func kind(_ movement: Movement) -> String {
        switch movement.kind {
        case .sale: "Sale"
        case .add: "Added"
        case .retire: "Retired"
        case .edit: "Edited"
        case .restore: "Brought back"
        case .order: "Ordered"
        case .ready: "Order ready"
        case .handedOver: "Order handed over"
        case .cancelled: "Order cancelled"
        case .returned: "Returned"
        case .update:
            switch (movement.units, movement.price) {
            case (nil, _): "Price"
            case (_, nil): "Stock"
            default: "Stock and price"
            }
        }
    }
}
