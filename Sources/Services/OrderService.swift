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
    /// - Parameter ended: told the outcome, once and on the context's event loop; before this returns, if it is known by
    ///   then. Fails with
    ///   ``StoreError/unknownItem(_:)``, ``StoreError/keyReused``, ``StoreError/inProgress``,
    ///   ``StoreError/aboveLimit(_:price:limit:)``, ``StoreError/overloaded(_:)`` or
    ///   ``StoreError/unavailable``.
    func buy(
        _ item: ItemNumber, key: IdempotencyKey, priceMax: Cents?, context: CallContext,
        ended: @escaping PurchaseEnded)
}

extension OrderService {
    /// Buys as ``buy(_:key:priceMax:context:ended:)`` does, with a future for the outcome.
    package func buy(
        _ item: ItemNumber, key: IdempotencyKey, priceMax: Cents? = nil, context: CallContext
    ) -> EventLoopFuture<PurchaseOutcome> {
        let promise = context.slot.eventLoop.makePromise(of: PurchaseOutcome.self)
        buy(item, key: key, priceMax: priceMax, context: context) { promise.completeWith($0) }
        return promise.futureResult
    }

    /// Buys as ``buy(_:key:priceMax:context:ended:)`` does. For an order server that heeds no limit the price is
    /// compared at the catalog right before: not one decision with the sale, but all that the contract alone allows.
    package func buy(
        _ item: ItemNumber, key: IdempotencyKey, priceMax: Cents?, comparedAt catalog: any CatalogService,
        context: CallContext, ended: @escaping PurchaseEnded
    ) {
        guard let priceMax, !heedsLimits(on: context.slot) else {
            return buy(item, key: key, priceMax: priceMax, context: context, ended: ended)
        }
        catalog.offer(of: item, context: context).whenComplete { offer in
            do { try offer.get().check(item, limit: priceMax) } catch { return ended(.failure(error)) }
            self.buy(item, key: key, priceMax: priceMax, context: context, ended: ended)
        }
    }
}
