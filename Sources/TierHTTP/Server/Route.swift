package import Model
package import NIOHTTP1

/// One resource of a tier.
package struct Route: Sendable {
    /// The handler of a route: decodes, calls, encodes; an error thrown becomes a problem.
    package typealias Handler = @Sendable (TierRequest) throws -> TierReply

    package let name: String
    package let methods: [HTTPMethod]
    package let takesPath: Bool
    /// What it takes of a keeper who shows a session; nil for what is for everybody.
    package let right: KeeperRight?
    package let isLong: Bool
    package let isPurchase: Bool
    package let bodyBytesMax: Int?
    package let doc: RouteDoc?
    package private(set) var handler: Handler

    /// Whether pages of other sites are kept from it: it changes something or shows what is not public.
    package let isKeptFromOtherSites: Bool
    /// Whether it changes something.
    let isChange: Bool
    /// Whether its body is JSON.
    package let takesJSON: Bool

    /// - Parameters:
    ///   - name: the first segment of the path, without a slash.
    ///   - methods: the methods it answers. HEAD comes with GET, but not where POST is answered too: there a
    ///     GET buys or changes something, which a HEAD must never do.
    ///   - takesPath: whether a parameter may follow in the path.
    ///   - right: what it takes of a keeper who shows a session. Then a request must show the store's token as well, where
    ///     the store has one.
    ///   - isLong: whether its answer may be longer than ``ServerLimits/shortAnswerBytesMax``. Then only a few of them
    ///     are worked on for one connection at the same time, and none in a batch.
    ///   - isPurchase: whether every answer, refusals included, names the request's idempotency key. A request
    ///     without one gets a key before anything else is done: only who knows the key can repeat a purchase
    ///     of unknown outcome without buying twice.
    ///   - bodyBytesMax: what a body may have here, where that is more than elsewhere.
    ///   - doc: what the tier's description says of it; nil leaves it out.
    package init(
        _ name: String, _ methods: [HTTPMethod], takesPath: Bool = false, right: KeeperRight? = nil,
        isLong: Bool = false, isPurchase: Bool = false, bodyBytesMax: Int? = nil, doc: RouteDoc? = nil,
        handler: @escaping Handler
    ) {
        self.name = name
        self.methods = methods == [.GET] ? [.GET, .HEAD] : methods
        self.takesPath = takesPath
        self.right = right
        self.isLong = isLong
        self.isPurchase = isPurchase
        self.bodyBytesMax = bodyBytesMax
        self.doc = doc
        self.handler = handler
        // Asked of every request, so they are worked out once.
        isChange = methods.contains(.POST)
        isKeptFromOtherSites = right != nil || isChange
        takesJSON = doc?.body?.contentType == "application/json"
    }

    /// Whether a request must show the store's token, where the store has one.
    package var isGuarded: Bool { right != nil }

    /// The same route with another handler, such as one that asks something first.
    package func handled(by handler: @escaping Handler) -> Route {
        var route = self
        route.handler = handler
        return route
    }
}
