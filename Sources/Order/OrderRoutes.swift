internal import Model
internal import Monitoring
internal import NIOCore
internal import NIOHTTP1
internal import Services
internal import StoreAPI
internal import TierHTTP

/// The order server's resources: decode, call the engine, encode.
struct OrderRoutes {
    /// How long the catalog may take over one purchase.
    static let catalogTimeMax = TimeAmount.seconds(3)

    let engine: OrderEngine
    let sessions: SessionCheck

    var all: [Route] {
        [
            Route(.buy) { request in
                let item = try request.itemNumber(orInPath: true)
                let key = try request.purchaseKey()
                let context = CallContext(
                    slot: request.slot, trace: request.trace, deadline: request.arrived + Self.catalogTimeMax,
                    times: request.times)
                let priceMax = try request.priceMax()
                return .calling { ended in
                    engine.buy(item, key: key, priceMax: priceMax, context: context) {
                        ended($0.map { .result(isSuccess: $0 == .success) })
                    }
                }
            },
            Route(.order) { request in
                let context = CallContext(
                    slot: request.slot, trace: request.trace, deadline: request.arrived + Self.catalogTimeMax,
                    times: request.times)
                return .pending(
                    request.newOrder().flatMap { engine.order($0, context: context) }.map { .json($0.result) }
                )
            },
            sessions.admitting(Route(.orders) { .pending(try orders($0)) }),
        ]
    }

    private func orders(_ request: TierRequest) throws(StoreError) -> EventLoopFuture<TierResponse> {
        let limit = try request.limit(max: StoreLimits.listCountMax, otherwise: 100)
        let before = try request.integer("after", in: 1...Int64.max) ?? .max
        let orders = engine.read(on: request.slot.eventLoop) {
            try $0.orders(before: before, limit: limit + 1)
        }
        return orders.map { orders in
            let next = orders.count > limit ? String(orders[limit - 1].number) : nil
            return .json(.page(orders.prefix(limit), next: next) { $1.write(to: &$0) })
        }
    }
}
