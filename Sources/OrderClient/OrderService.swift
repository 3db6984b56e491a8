public import CatalogClient
public import Model
public import NIOCore

/// The order tier as the frontend needs it.
public protocol OrderService: Sendable {
    /// Buys one unit of a book under a key.
    ///
    /// - Returns: the outcome. Fails with
    ///   ``StoreError/unknownItem(_:)``, ``StoreError/keyReused``, ``StoreError/inProgress``,
    ///   ``StoreError/overloaded(_:)`` or ``StoreError/unavailable``.
    func buy(
        _ item: ItemNumber, key: IdempotencyKey, context: CallContext
    ) -> EventLoopFuture<PurchaseOutcome>
}
