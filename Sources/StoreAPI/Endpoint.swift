package import Model
package import NIOHTTP1
package import TierHTTP

/// A resource of the store: what its route, its description and those who ask for it share. What the frontend passes
/// on means the same on both sides.
package struct Endpoint: Sendable {
    /// The first segment of its path.
    package let name: String
    package let methods: [HTTPMethod]
    /// What it takes of a keeper; nil for what is for everybody.
    package let right: KeeperRight?
    package var isLong: Bool
    package let isPurchase: Bool
    package var bodyBytesMax: Int?
    /// The connections on which a page's or a person's question after it travels.
    package let lane: Lane
    package let doc: RouteDoc

    /// The parts are those of ``TierHTTP/Route``.
    init(
        _ name: String, _ methods: [HTTPMethod] = [.GET], right: KeeperRight? = nil, isLong: Bool = false,
        isPurchase: Bool = false, bodyBytesMax: Int? = nil, lane: Lane, _ doc: RouteDoc
    ) {
        self.name = name
        self.methods = methods
        self.right = right
        self.isLong = isLong
        self.isPurchase = isPurchase
        self.bodyBytesMax = bodyBytesMax
        self.lane = lane
        self.doc = doc
    }

    /// Whether it changes nothing.
    package var isRead: Bool { methods == [.GET] }

    /// The lane of a request. Searches by words take the longest, so nothing else waits behind them.
    package func lane(isByWords: Bool) -> Lane { isByWords && lane == .reads ? .finds : lane }

    /// What a client may keep of a success.
    package var caching: TierResponse.Caching {
        doc.contentType == TierResponse.ContentType.images ? .immutable : .nothing
    }

    /// What the catalog has and a frontend passes on unchanged.
    package static let catalogRelayed = shop + keeping + ordering + accounts + setting + hooking
    /// All of the store.
    package static let all = contract + catalogRelayed + [events, order, importing, orders, tiers]
}

extension Route {
    /// The route of an endpoint.
    package init(_ endpoint: Endpoint, handler: @escaping Handler) {
        self.init(
            endpoint.name, endpoint.methods, takesPath: endpoint.doc.pathParameter != nil,
            right: endpoint.right, isLong: endpoint.isLong, isPurchase: endpoint.isPurchase,
            bodyBytesMax: endpoint.bodyBytesMax, doc: endpoint.doc, handler: handler)
    }
}
