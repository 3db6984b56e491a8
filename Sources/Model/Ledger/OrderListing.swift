/// A completed purchase or order, or copies that were put back, as a storekeeper sees it.
package struct OrderListing: Sendable {
    package let number: Int64
    /// The book; of an order its first.
    package let item: ItemNumber
    /// The key under which a customer bought or ordered.
    package let key: IdempotencyKey
    /// The number of its sale; nil where the catalog numbers none.
    package let sale: Int64?
    package let time: Timestamp
    /// What a step of an order sold or put back; nil for a purchase of one copy.
    package let share: OrderShare?

    /// - Parameter key: as it is recorded.
    package init(
        number: Int64, item: ItemNumber, key: IdempotencyKey, sale: Int64?, time: Timestamp,
        share: OrderShare? = nil
    ) {
        self.number = number
        self.item = item
        self.key = share?.orderKey(key) ?? key
        self.sale = sale
        self.time = time
        self.share = share
    }
}
