package import Model
package import Monitoring
package import NIOCore

/// The order tier as the frontend needs it.
package protocol OrderService: Sendable {
    /// Whether the order server, as far as is known now, heeds a limit of the price. Another program than ours
    /// may sell at any.
    func heedsLimits(on slot: LoopSlot) -> Bool

    /// Buys one unit of a book under a key, while it costs at most `priceMax`; nil buys at any price.
    ///
    /// - Returns: the outcome. Fails with
    ///   ``StoreError/unknownItem(_:)``, ``StoreError/keyReused``, ``StoreError/inProgress``,
    ///   ``StoreError/aboveLimit(_:price:limit:)``, ``StoreError/overloaded(_:)`` or
    ///   ``StoreError/unavailable``.
    func buy(
        _ item: ItemNumber, key: IdempotencyKey, priceMax: Cents?, context: CallContext
    ) -> EventLoopFuture<PurchaseOutcome>
}

extension OrderService {
    /// Buys as ``buy(_:key:priceMax:context:)`` does. For an order server that heeds no limit the price is
    /// compared at the catalog right before: not one decision with the sale, but all that the contract alone allows.
    package func buy(
        _ item: ItemNumber, key: IdempotencyKey, priceMax: Cents?, comparedAt catalog: any CatalogService,
        context: CallContext
    ) -> EventLoopFuture<PurchaseOutcome> {
        guard let priceMax, !heedsLimits(on: context.slot) else {
            return buy(item, key: key, priceMax: priceMax, context: context)
        }
        return catalog.offer(of: item, context: context).flatMap { offer in
            do throws(StoreError) { try offer.check(item, limit: priceMax) } catch {
                return context.slot.eventLoop.makeFailedFuture(error)
            }
            return self.buy(item, key: key, priceMax: priceMax, context: context)
        }
    }
}
