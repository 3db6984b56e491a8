/// A sale as the catalog's ledger records it: what an order server needs to complete its own record.
package struct LedgerSale: Equatable, Sendable {
    /// The sale's place in the ledger.
    package let position: SalePosition
    /// The book sold; of an order its first.
    package let item: ItemNumber
    /// The purchase's key, or the order's.
    package let key: IdempotencyKey
    /// What a step of an order sold or put back; nil for a sale of one copy.
    package let share: OrderShare?

    /// Takes checked parts as they are.
    package init(position: SalePosition, item: ItemNumber, key: IdempotencyKey, share: OrderShare? = nil) {
        self.position = position
        self.item = item
        self.key = key
        self.share = share
    }

    /// The key under which an order server records it: see ``OrderShare/recordKey(_:sale:)``.
    package var recordKey: IdempotencyKey { share?.recordKey(key, sale: position.number) ?? key }
}
