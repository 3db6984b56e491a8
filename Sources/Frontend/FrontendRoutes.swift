internal import Model
internal import Monitoring
internal import NIOCore
internal import NIOHTTP1
internal import Services
internal import StoreAPI
internal import TierHTTP

/// The frontend's resources. It holds nothing: reads are passed on to the catalog, purchases to the order
/// server.
struct FrontendRoutes {
    let search: TierRelay
    let lookup: TierRelay
    let order: any OrderService
    /// Where a price is looked up for an order server that heeds no limit.
    let catalog: any CatalogService
    /// Routes that are passed on unchanged.
    let relayed: [Route]

    var all: [Route] { contract + relayed }

    /// The routes of a storefront and a storekeeper.
    static func relayed(catalog: TierClient, order: TierClient) -> [Route] {
        let health = TierHealth(of: [catalog, order])
        return Endpoint.catalogRelayed.map { TierRelay.route(of: $0, to: catalog) }
            + [
                TierRelay.events(of: catalog),
                // With the purchases of one copy: all that wait go into one commit.
                TierRelay.route(of: .order, to: order, lane: .quick),
                TierRelay.route(of: .orders, to: order),
                SessionCheck(asking: catalog).admitting(
                    Route(.tiers) { .pending(health.response(to: $0)) }),
            ]
    }

    private var contract: [Route] {
        [
            Route(.search) { request in
                let topic = RequestTarget.encode(try request.topic(orInPath: true))
                let page = try request.searchPage()?.parameters ?? ""
                return search.ask("topic=" + topic + page, for: request)
            },
            Route(.lookup) { request in
                let item = try request.itemNumber(orInPath: true)
                return lookup.ask("item_number=\(item)", about: item, for: request)
            },
            Route(.buy) { request in
                let item = try request.itemNumber(orInPath: true)
                let context = CallContext(
                    slot: request.slot, trace: request.trace,
                    deadline: request.arrived + TierRelay.changeTimeMax, times: request.times)
                let key = try request.purchaseKey()
                let priceMax = try request.priceMax()
                return .calling { ended in
                    order.buy(item, key: key, priceMax: priceMax, comparedAt: catalog, context: context) {
                        ended($0.map { .result(isSuccess: $0 == .success) })
                    }
                }
            },
        ]
    }
}
