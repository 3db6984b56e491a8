internal import Model
internal import Storage

/// A completed purchase as a storekeeper sees it.
struct OrderListing: Sendable {
    let number: Int64
    let item: ItemNumber
    let key: IdempotencyKey
    let sale: Int64?
    let time: Timestamp
}
