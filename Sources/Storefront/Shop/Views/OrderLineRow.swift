internal import Model

/// A line of an order in a table.
struct OrderLineRow {
    let item: String
    let title: String
    let copies: String
    let price: String
    let sum: String
    /// The copies that came back; nil for none.
    let back: String?
    /// The copies that have not come back.
    let rest: Int64

    init(_ line: PlacedOrder.Line) {
        item = line.item.description
        title = Wording.listed(line.title)
        copies = Wording.count(line.copies)
        price = Wording.price(line.price)
        sum = Wording.amount(line.copies * line.price.amount)
        back = line.putBack > 0 ? Wording.count(line.putBack) : nil
        rest = line.copies - line.putBack
    }
}
