import Model
import Monitoring
import NIOCore
import Services
import TierHTTP

@testable import Catalog

/// The catalogs as the order server reaches them: `HTTPCatalog` over the simulated network.
struct CatalogOverLink: CatalogService {
    let link: SimulatedLink
    let catalogs: [SimulatedCatalog]

    func keepsLedger(on slot: LoopSlot) -> Bool { link.isKnown }

    func stock(of item: ItemNumber, context: CallContext) -> EventLoopFuture<Int64> {
        call("query \(item)", isRead: true, mayBeRepeated: true, context) {
            $0.stock(of: item, context: context)
        }
    }

    func offer(of item: ItemNumber, context: CallContext) -> EventLoopFuture<Offer> {
        call("offer \(item)", isRead: true, mayBeRepeated: true, context) {
            $0.offer(of: item, context: context)
        }
    }

    func update(_ change: StockChange, context: CallContext) -> EventLoopFuture<UpdateOutcome> {
        call(change.logLine, isRead: false, mayBeRepeated: change.mayBeRepeated, context) {
            $0.update(change, context: context)
        }
    }

    func order(_ order: NewOrder, context: CallContext) -> EventLoopFuture<OrderDecision> {
        call("order \(order.lines.count)", isRead: false, mayBeRepeated: true, context) {
            $0.order(order, context: context)
        }
    }

    /// A step of an order, as a frontend passes it on.
    func step(_ change: CatalogChange, context: CallContext) -> EventLoopFuture<PlacedOrder> {
        call("step", isRead: false, mayBeRepeated: true, context) {
            $0.step(change, on: context.slot.eventLoop)
        }
    }

    func sales(
        after sale: SalePosition, limit: Int, context: CallContext
    ) -> EventLoopFuture<[LedgerSale]?> {
        call("sales after \(sale.number)", isRead: true, mayBeRepeated: true, context) {
            $0.sales(after: sale, limit: limit, context: context)
        }
    }

    private func call<Reply: Sendable>(
        _ what: String, isRead: Bool, mayBeRepeated: Bool, _ context: CallContext,
        _ serve: @escaping (CatalogEngine) -> EventLoopFuture<Reply>
    ) -> EventLoopFuture<Reply> {
        link.call(
            what, isRead: isRead, mayBeRepeated: mayBeRepeated, deadline: context.deadline
        ) { [catalogs] place in
            catalogs[place].isUp ? catalogs[place].engine.map(serve) : nil
        }
    }
}

/// The order servers as the frontend reaches them: `HTTPOrder` over the simulated network.
struct OrderOverLink: OrderService {
    let link: SimulatedLink
    let orders: [SimulatedOrder]

    func heedsLimits(on slot: LoopSlot) -> Bool { link.isKnown }

    func buy(
        _ item: ItemNumber, key: IdempotencyKey, priceMax: Cents?, context: CallContext,
        ended: @escaping PurchaseEnded
    ) {
        link.call("buy \(item)", isRead: false, mayBeRepeated: true, deadline: context.deadline) {
            [orders] place in
            orders[place].buy(item, key: key, priceMax: priceMax, trace: context.trace)
        }.whenComplete(ended)
    }

    /// A customer's order, as a frontend passes it on.
    func order(_ order: NewOrder, context: CallContext) -> EventLoopFuture<PlacedOrder> {
        link.call(
            "order of \(order.lines.count)", isRead: false, mayBeRepeated: true, deadline: context.deadline
        ) { [orders] place in orders[place].order(order, trace: context.trace) }
    }
}
