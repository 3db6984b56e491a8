internal import CatalogClient
internal import Model
internal import Monitoring
internal import NIOCore
internal import NIOHTTP1
internal import OrderClient
internal import TierHTTP

/// The frontend's resources. It holds nothing: reads are passed on to the catalog, purchases to the order
/// server.
struct FrontendRoutes {
    /// How long the catalog may take over a search or lookup.
    static let readTimeMax = TimeAmount.seconds(3)
    /// How long the order server may take over a purchase: longer than it gives the catalog, so that its
    /// own answer arrives.
    static let purchaseTimeMax = TimeAmount.seconds(5)

    /// Bytes of a file of books, some 60,000: storing them holds purchases up for less than a second. Larger
    /// ones go to the catalog itself.
    static let fileBytesMax = 6 * 1024 * 1024

    let catalog: CatalogRelay
    let purchases: PurchaseRelay
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
                TierRelay("import", to: catalog).changing(doc: StoreAPI.load, bodyBytesMax: fileBytesMax),
                TierRelay("orders", to: order).reading(isGuarded: true, doc: StoreAPI.orders),
                Route("tiers", [.GET], isGuarded: true, doc: StoreAPI.tiers) {
                    .pending(health.look(for: $0))
                },
            ]
    }

    private var contract: [Route] {
        [
            Route("search", [.GET], takesPath: true, isLong: true, doc: StoreAPI.search(inPath: true)) {
                request in
                .pending(
                    catalog.search(
                        topic: try request.topic(orInPath: true), page: try request.searchPage(), for: request
                    ))
            },
            Route("lookup", [.GET], takesPath: true, doc: StoreAPI.lookup(inPath: true)) { request in
                .pending(catalog.lookup(try request.itemNumber(orInPath: true), for: request))
            },
            Route("buy", [.GET, .POST], takesPath: true, isPurchase: true, doc: StoreAPI.buy) { request in
                let item = try request.itemNumber(orInPath: true)
                let context = CallContext(
                    slot: request.slot, trace: request.trace,
                    deadline: request.arrived + Self.purchaseTimeMax, times: request.times)
                let purchase = purchases.buy(
                    item, key: try request.purchaseKey(), priceMax: try request.priceMax(),
                    context: context)
                return .pending(purchase.map(PurchaseAnswer.response))
            },
        ]
    }
}

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

/// Passes searches and lookups on to the catalog, and its answers back as the bytes they are: taking them
/// apart and putting them together again would cost more than all the rest of the frontend.
struct CatalogRelay: Sendable {
    private let client: TierClient
    private let searchOperation: SystemMonitor.Operation
    private let lookupOperation: SystemMonitor.Operation

    init(client: TierClient) {
        self.client = client
        searchOperation = client.operation("/query_by_topic")
        lookupOperation = client.operation("/query_by_item")
    }

    func search(topic: String, page: SearchPage?, for request: TierRequest) -> EventLoopFuture<TierResponse> {
        let target =
            "/query_by_topic?topic=" + RequestTarget.encode(topic) + (page?.parameters ?? "")
        return relay(target, item: nil, operation: searchOperation, for: request)
    }

    func lookup(_ item: ItemNumber, for request: TierRequest) -> EventLoopFuture<TierResponse> {
        relay("/query_by_item?item_number=\(item)", item: item, operation: lookupOperation, for: request)
    }

    private func relay(
        _ target: String, item: ItemNumber?, operation: SystemMonitor.Operation, for request: TierRequest
    ) -> EventLoopFuture<TierResponse> {
        let call = TierCall(
            .GET, target, deadline: request.arrived + FrontendRoutes.readTimeMax, trace: request.trace,
            operation: operation, times: request.times, entry: "catalog-query", mayBatch: item != nil,
            lane: item == nil ? .topics : .quick)
        return client.send(call, on: request.slot).flatMapThrowing { [client] answer in
            try client.check(answer, item: item, isRead: true)
            guard Self.looksLikeObject(answer.body) else { throw client.nonsense(isRead: true) }
            return .json(answer.body)
        }
    }

    /// Whether a body can be a JSON object at all: an error page of some other program must not reach a
    /// client as an answer.
    private static func looksLikeObject(_ body: ByteBuffer) -> Bool {
        let isBlank = { (byte: UInt8) in byte == 0x20 || (0x09...0x0D).contains(byte) }
        return body.readableBytesView.first { !isBlank($0) } == UInt8(ascii: "{")
            && body.readableBytesView.last { !isBlank($0) } == UInt8(ascii: "}")
    }
}
