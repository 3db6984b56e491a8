package import Model
package import Monitoring
package import NIOCore

/// The catalog as the order tier needs it. Its two implementations are the engine itself, in process, and
/// the client of a catalog server.
package protocol CatalogService: Sendable {
    /// Whether the catalog, as far as is known now, keeps the keys of updates and numbers its sales. Of one
    /// that does, query and update may be asked for at once; of any other the query's answer decides.
    func keepsLedger(on slot: LoopSlot) -> Bool

    /// `query_by_item`: the units on the shelf.
    ///
    /// - Returns: fails with ``StoreError/unknownItem(_:)`` or ``StoreError/unavailable``.
    func stock(of item: ItemNumber, context: CallContext) -> EventLoopFuture<Int64>

    /// `query_by_item`, with the price: for a purchase with a limit at a catalog that would not heed it.
    ///
    /// - Returns: fails as ``stock(of:context:)`` does.
    func offer(of item: ItemNumber, context: CallContext) -> EventLoopFuture<Offer>

    /// `update`: applies the change, durably, or refuses it.
    ///
    /// - Returns: fails with ``StoreError/unknownItem(_:)``, ``StoreError/keyReused``,
    ///   ``StoreError/aboveLimit(_:price:limit:)``, ``StoreError/overloaded(_:)`` or
    ///   ``StoreError/unavailable``.
    func update(_ change: StockChange, context: CallContext) -> EventLoopFuture<UpdateOutcome>

    /// Takes a copy of a book for a sale: `query_by_item` and `update` at once, of which the update alone decides. For
    /// a catalog that keeps a ledger.
    ///
    /// - Parameter ended: told the update's outcome, once and on the context's event loop, when the query has ended too;
    ///   a failure at once. Fails as ``update(_:context:)`` does.
    func sell(
        _ sale: StockChange, context: CallContext,
        ended: @escaping @Sendable (Result<UpdateOutcome, any Error>) -> Void)

    /// Makes a customer's order, durably, or refuses it.
    ///
    /// - Returns: fails with ``StoreError/short(_:)``, ``StoreError/otherTotal(cents:expected:)`` and as
    ///   ``update(_:context:)`` does.
    func order(_ order: NewOrder, context: CallContext) -> EventLoopFuture<OrderDecision>

    /// Sales after `sale`, in order, at most `limit`; all from the first where `sale` is of another ledger;
    /// nil from a catalog that keeps none.
    func sales(after sale: SalePosition, limit: Int, context: CallContext) -> EventLoopFuture<[LedgerSale]?>
}

extension CatalogService {
    /// By two futures, for what is not reached over a network.
    package func sell(
        _ sale: StockChange, context: CallContext,
        ended: @escaping @Sendable (Result<UpdateOutcome, any Error>) -> Void
    ) {
        let query = stock(of: sale.item, context: context)
        update(sale, context: context).whenComplete { outcome in
            guard case .success = outcome else { return ended(outcome) }
            query.whenComplete { _ in ended(outcome) }
        }
    }
}

extension StockChange {
    /// Whether a second copy of this update does no harm at a catalog that keeps keys, so that it may be sent
    /// again after a broken connection.
    package var mayBeRepeated: Bool { key != nil || PlantedBug.isOn(.repeatsUpdateWithoutKey) }
}
