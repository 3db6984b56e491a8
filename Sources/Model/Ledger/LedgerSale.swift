/// A sale as the catalog's ledger records it: what an order server needs to complete its own record.
package struct LedgerSale: Equatable, Decodable, Sendable {
    /// The sale's place in the ledger.
    package let position: SalePosition
    /// The book sold.
    package let item: ItemNumber
    /// The purchase's key.
    package let key: IdempotencyKey

    /// Takes checked parts as they are.
    package init(position: SalePosition, item: ItemNumber, key: IdempotencyKey) {
        self.position = position
        self.item = item
        self.key = key
    }

    private enum CodingKeys: String, CodingKey {
        case position = "sale"
        case item = "item_number"
        case key
    }
}
