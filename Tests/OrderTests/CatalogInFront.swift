import Model
import Monitoring
import NIOCore
import Services

@testable import Catalog

/// A catalog that passes on to the real engine whatever a test does not change of it.
protocol CatalogInFront: CatalogService {
    var engine: CatalogEngine { get }
}

extension CatalogInFront {
    func keepsLedger(on slot: LoopSlot) -> Bool { true }

    func stock(of item: ItemNumber, context: CallContext) -> EventLoopFuture<Int64> {
        engine.stock(of: item, context: context)
    }

    func offer(of item: ItemNumber, context: CallContext) -> EventLoopFuture<Offer> {
        engine.offer(of: item, context: context)
    }

    func update(_ change: StockChange, context: CallContext) -> EventLoopFuture<UpdateOutcome> {
        engine.update(change, context: context)
    }

    func order(_ order: NewOrder, context: CallContext) -> EventLoopFuture<OrderDecision> {
        engine.order(order, context: context)
    }

    func sales(
        after sale: SalePosition, limit: Int, context: CallContext
    ) -> EventLoopFuture<[LedgerSale]?> {
        engine.sales(after: sale, limit: limit, context: context)
    }
}
