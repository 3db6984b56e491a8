internal import Model

/// A movement as a storekeeper sees it.
struct LedgerRecord: Sendable {
    let sequence: Int64
    let kind: MovementFilter.Kind
    let item: ItemNumber
    let title: String
    let units: Int64?
    let price: Cents?
    let stockAfter: Int64
    let priceAfter: Cents?
    let time: Timestamp
    let actor: String?
    let reason: String?
}
