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
    /// How long the catalog may take over a search or lookup.
    static let readTimeMax = TimeAmount.seconds(3)
    /// How long the order server may take over a purchase: longer than it gives the catalog, so that its
    /// own answer arrives.
    static let purchaseTimeMax = TimeAmount.seconds(5)

    let search: TierRelay
    let lookup: TierRelay
    let order: any OrderService
    /// Where a price is looked up for an order server that heeds no limit.
    let catalog: any CatalogService
    /// What is passed on as it is.
    let relayed: [Route]

    var all: [Route] { contract + relayed }

    /// The routes of a storefront and a storekeeper.
    static func relayed(catalog: TierClient, order: TierClient) -> [Route] {
        let health = TierHealth(of: [catalog, order])
        let open = [("find", StoreAPI.find), ("topics", StoreAPI.topics), ("receipt", StoreAPI.receipt)]
        let guarded = [
            ("books", StoreAPI.books), ("book", StoreAPI.book), ("movements", StoreAPI.movements),
            ("totals", StoreAPI.totals),
        ]
        let changing = [
            ("updates", StoreAPI.updates), ("add", StoreAPI.add), ("retire", StoreAPI.retire),
        ]
        return open.map { TierRelay($0, to: catalog).reading(isGuarded: false, doc: $1) }
            + guarded.map { TierRelay($0, to: catalog).reading(isGuarded: true, doc: $1) }
            + changing.map { TierRelay($0, to: catalog).changing(doc: $1) }
            + [
                TierRelay("import", to: catalog).changing(
                    doc: StoreAPI.load, bodyBytesMax: StoreLimits.relayedFileByteCountMax),
                TierRelay("orders", to: order).reading(isGuarded: true, doc: StoreAPI.orders),
                Route("tiers", [.GET], isGuarded: true, doc: StoreAPI.tiers) {
                    .pending(health.response(to: $0))
                },
            ]
    }

    private var contract: [Route] {
        [
            Route("search", [.GET], takesPath: true, isLong: true, doc: StoreAPI.search(inPath: true)) {
                request in
                let topic = RequestTarget.encode(try request.topic(orInPath: true))
                let page = try request.searchPage()?.parameters ?? ""
                return .pending(search.ask("topic=" + topic + page, lane: .topics, for: request))
            },
            Route("lookup", [.GET], takesPath: true, doc: StoreAPI.lookup(inPath: true)) { request in
                let item = try request.itemNumber(orInPath: true)
                return .pending(lookup.ask("item_number=\(item)", about: item, for: request))
            },
            Route("buy", [.GET, .POST], takesPath: true, isPurchase: true, doc: StoreAPI.buy) { request in
                let item = try request.itemNumber(orInPath: true)
                let context = CallContext(
                    slot: request.slot, trace: request.trace,
                    deadline: request.arrived + Self.purchaseTimeMax, times: request.times)
                let purchase = order.buy(
                    item, key: try request.purchaseKey(), priceMax: try request.priceMax(),
                    comparedAt: catalog, context: context)
                return .pending(purchase.map { .result(isSuccess: $0 == .success) })
            },
        ]
    }
}
