/// Names of what our own tiers add to the contract between order and catalog.
package enum LedgerProtocol {
    /// On the answer to a keyed update: the sale's place in the ledger, `ledger/number`.
    package static let saleField = "bookstore-sale"
    /// On an answer that an earlier request with the same key had got.
    package static let replayedField = "idempotency-replayed"
}
