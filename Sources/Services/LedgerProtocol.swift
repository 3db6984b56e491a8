package import Model
internal import NIOHTTP1
package import TierHTTP

/// Names of what our own tiers add to the contract between order and catalog.
package enum LedgerProtocol {
    /// On the answer to a keyed update: the sale's place in the ledger, `ledger/number`.
    package static let saleField = "bookstore-sale"
    /// On an answer that an earlier request with the same key had got.
    package static let replayedField = "idempotency-replayed"
}

extension TierResponse {
    /// Says where in the ledger a sale is, and whether an earlier request had made it.
    package mutating func note(sale: SalePosition?, replayed: Bool) {
        if let sale { fields.append((LedgerProtocol.saleField, sale.description)) }
        if replayed { fields.append((LedgerProtocol.replayedField, "true")) }
    }
}

extension TierAnswer {
    /// Where in the ledger the sale is; nil where none is told.
    var sale: SalePosition? {
        fields.first(name: LedgerProtocol.saleField).flatMap { SalePosition(parsing: $0) }
    }

    /// Whether an earlier request with the same key had got it.
    var isReplayed: Bool { fields.contains(name: LedgerProtocol.replayedField) }
}
