internal import CatalogClient
internal import Model
internal import NIOCore
internal import NIOHTTP1
internal import OrderClient
internal import TierHTTP

/// The order server's resources: decode, call the engine, encode.
struct OrderRoutes {
    /// How long the catalog may take over one purchase.
    static let catalogTimeMax = TimeAmount.seconds(3)

    let engine: OrderEngine

    var all: [Route] {
        [
            Route("buy", [.GET, .POST], takesPath: true) { request in
                let item = try request.itemNumber(orInPath: true)
                let key = try request.idempotencyKey() ?? .random()
                let context = CallContext(
                    slot: request.slot, trace: request.trace, deadline: request.arrived + Self.catalogTimeMax,
                    times: request.times)
                return .pending(engine.buy(item, key: key, context: context).map(PurchaseAnswer.response))
            }
        ]
    }
}
