internal import Model

/// What the order server writes down of one purchase, of an order, or of copies that were put back.
package struct OrderRecord: Sendable {
    /// Where a record comes from decides how it is stored.
    enum Origin: Sendable {
        /// A sale just made, which the catalog's ledger holds on stable storage already.
        case ledger(SalePosition)
        /// A sale that the ledger held before: met again by its key, or read from the ledger to complete
        /// this store. The log may have its line already, from before a power cut.
        case ledgerEarlier(SalePosition)
        /// A catalog without a ledger decided; this record is the only one, so it waits for an fsync.
        case ownDecision(PurchaseOutcome)
    }

    let key: IdempotencyKey
    let item: ItemNumber
    let origin: Origin
    /// What a step of an order sold or put back; nil for a purchase of one copy.
    var share: OrderShare?

    /// Its place in the catalog's ledger; nil where the catalog keeps none.
    var sale: SalePosition? {
        switch origin {
        case .ledger(let sale), .ledgerEarlier(let sale): sale
        case .ownDecision: nil
        }
    }

    var needsSync: Bool {
        if case .ownDecision = origin { return true }
        return false
    }

    /// How long refusals are remembered: as long as a catalog with a ledger does where nothing else is set.
    static let refusalHours = 168
}

extension OrderRecord {
    /// The record of a sale that stands in the ledger.
    init(_ sale: LedgerSale) {
        self.init(
            key: sale.recordKey, item: sale.item, origin: .ledgerEarlier(sale.position), share: sale.share)
    }
}
