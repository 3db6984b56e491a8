/// A completed purchase as a storekeeper sees it.
package struct OrderListing: Decodable, Sendable {
    package let number: Int64
    package let item: ItemNumber
    package let key: IdempotencyKey
    /// The number of its sale; nil where the catalog numbers none.
    package let sale: Int64?
    package let time: Timestamp

    package init(number: Int64, item: ItemNumber, key: IdempotencyKey, sale: Int64?, time: Timestamp) {
        self.number = number
        self.item = item
        self.key = key
        self.sale = sale
        self.time = time
    }

    private enum CodingKeys: String, CodingKey {
        case number, key, sale, time
        case item = "item_number"
    }
}
