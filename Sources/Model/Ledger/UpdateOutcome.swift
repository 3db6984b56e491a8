/// What became of an `update`.
package enum UpdateOutcome: Equatable, Sendable {
    /// Applied and on stable storage. `sale` is the number the ledger gave the sale, where it is one;
    /// `replayed`: an earlier request with the same key had done it.
    case applied(sale: SalePosition?, replayed: Bool)
    /// Refused, because the stock would have gone below 0. Nothing was changed.
    case refused(replayed: Bool)
}
