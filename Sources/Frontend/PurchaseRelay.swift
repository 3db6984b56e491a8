internal import Model
internal import Monitoring
internal import NIOCore
internal import Services
internal import TierHTTP

/// Passes purchases on to the order server.
struct PurchaseRelay: Sendable {
    let order: any OrderService
    /// Where a price is looked up for an order server that heeds no limit.
    let catalog: any CatalogService

    /// Buys one unit, while it costs at most `priceMax`; nil buys at any price.
    func buy(
        _ item: ItemNumber, key: IdempotencyKey, priceMax: Cents? = nil, context: CallContext
    ) -> EventLoopFuture<PurchaseOutcome> {
        guard let priceMax, !order.heedsLimits(on: context.slot) else {
            return order.buy(item, key: key, priceMax: priceMax, context: context)
        }
        // Not one decision with the sale, but all that the contract alone allows.
        return catalog.offer(of: item, context: context).flatMap { offer in
            do throws(StoreError) { try offer.check(item, limit: priceMax) } catch {
                return context.slot.eventLoop.makeFailedFuture(error)
            }
            return order.buy(item, key: key, priceMax: priceMax, context: context)
        }
    }
}
