/// What became of a purchase.
package struct Receipt: Equatable, Decodable, Sendable {
    package let outcome: PurchaseOutcome
    package let item: ItemNumber
    package let title: String
    package let topic: String
    /// What was paid.
    package let price: Cents
    package let time: Timestamp

    package init(
        outcome: PurchaseOutcome, item: ItemNumber, title: String, topic: String, price: Cents,
        time: Timestamp
    ) {
        self.outcome = outcome
        self.item = item
        self.title = title
        self.topic = topic
        self.price = price
        self.time = time
    }

    package var isSuccess: Bool { outcome == .success }

    private enum CodingKeys: String, CodingKey {
        case outcome, title, time
        case item = "item_number"
        case topic = "type"
        case price = "cost"
    }
}
