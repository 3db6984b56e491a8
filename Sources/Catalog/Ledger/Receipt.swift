internal import Model
internal import Services
internal import Storage

/// What became of a purchase.
struct Receipt: Equatable, Sendable {
    let outcome: PurchaseOutcome
    let item: ItemNumber
    let title: String
    let topic: String
    let price: Cents
    let time: Timestamp
}
