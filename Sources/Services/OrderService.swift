package import Model
package import NIOCore
package import TierHTTP

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
