internal import Dispatch
internal import Model
public import Monitoring
public import NIOCore
public import NIOHTTP1

/// One resource of a tier.
public struct Route: Sendable {
    /// The handler of a route: decodes, calls, encodes; an error thrown becomes a problem.
    public typealias Handler = @Sendable (TierRequest) throws -> TierReply

    let name: String
    let methods: [HTTPMethod]
    let takesPath: Bool
    let isGuarded: Bool
    let isLong: Bool
    let isPurchase: Bool
    let bodyBytesMax: Int?
    let doc: RouteDoc?
    let handler: Handler

    /// Whether pages of other sites are kept from it: it changes something, or tells what not everybody may know.
    let isKeptFromOtherSites: Bool
    /// Whether its body is JSON.
    let takesJSON: Bool

    /// - Parameters:
    ///   - name: the first segment of the path, without a slash.
    ///   - methods: the methods it answers. HEAD comes with GET, but not where POST is answered too: there a
    ///     GET buys or changes something, which a HEAD must never do.
    ///   - takesPath: whether a parameter may follow in the path.
    ///   - isGuarded: whether a request must show the store's token, where the store has one.
    ///   - isLong: whether its answer may be longer than ``ServerLimits/shortAnswerBytesMax``. Then only a few of them
    ///     are worked on for one connection at the same time, and none in a batch.
    ///   - isPurchase: whether every answer, refusals included, names the request's idempotency key. A request
    ///     without one gets a key before anything else is done: only who knows the key can repeat a purchase
    ///     of unknown outcome without buying twice.
    ///   - bodyBytesMax: what a body may have here, where that is more than elsewhere.
    ///   - doc: what the tier's description says of it; nil leaves it out.
    public init(
        _ name: String, _ methods: [HTTPMethod], takesPath: Bool = false, isGuarded: Bool = false,
        isLong: Bool = false, isPurchase: Bool = false, bodyBytesMax: Int? = nil, doc: RouteDoc? = nil,
        handler: @escaping Handler
    ) {
        self.name = name
        self.methods = methods == [.GET] ? [.GET, .HEAD] : methods
        self.takesPath = takesPath
        self.isGuarded = isGuarded
        self.isLong = isLong
        self.isPurchase = isPurchase
        self.bodyBytesMax = bodyBytesMax
        self.doc = doc
        self.handler = handler
        // Asked of every request, so they are worked out once.
        isKeptFromOtherSites = isGuarded || methods.contains(.POST)
        takesJSON = doc?.body?.contentType == "application/json"
    }
}

/// All routes of a tier, each with its place in the tier's monitor.
public struct RouteTable: Sendable {
    struct Entry: Sendable {
        let route: Route
        let operation: SystemMonitor.Operation
    }

    private let entries: [String: Entry]
    private let token: BearerToken?
    let monitor: SystemMonitor
    let unknown: SystemMonitor.Operation
    /// Whether several requests may come in one: see ``BatchWire``.
    let takesBatches: Bool
    let batch: SystemMonitor.Operation

    /// Adds to `routes` what every tier answers: `/livez`, `/readyz`, `/metrics`, `/openapi.json` and `/docs`.
    ///
    /// - Parameters:
    ///   - token: what requests to guarded routes must show; nil lets everybody in.
    ///   - readiness: succeeds when the tier can do its work, and fails with the reason when it cannot.
    ///   - takesBatches: whether other tiers of the store may put several requests into one.
    ///   - samples: the tier's own figures for the metrics page.
    public init(
        _ routes: [Route], monitor: SystemMonitor, token: BearerToken? = nil, takesBatches: Bool = false,
        readiness: @escaping @Sendable (TierRequest) -> EventLoopFuture<Void>,
        samples: @escaping @Sendable () -> [MetricSample] = { [] }
    ) {
        // Reading all shards and writing a page takes some milliseconds, which no request need wait for.
        let rendering = DispatchQueue(label: "metrics")
        let common = [
            Route("livez", [.GET], doc: StoreAPI.livez) { _ in .ready(.json(#"{"status":"alive"}"#)) },
            Route("readyz", [.GET], doc: StoreAPI.readyz) { request in
                .pending(readiness(request).map { .json(#"{"status":"ready"}"#) })
            },
            Route("metrics", [.GET], isLong: true, doc: StoreAPI.metrics) { request in
                let page = request.slot.eventLoop.makePromise(of: TierResponse.self)
                let accepted = AcceptEncoding(request.headers["accept-encoding"])
                rendering.async {
                    let text = PrometheusText.page(of: monitor, samples: samples())
                    page.succeed(Self.metrics(ByteBuffer(string: text), for: accepted))
                }
                return .pending(page.futureResult)
            },
        ]
        self.monitor = monitor
        self.token = token
        var entries: [String: Entry] = [:]
        for route in routes + common + Self.descriptions(of: routes + common, tier: monitor.tier) {
            let operation = monitor.operation(.served, "/" + route.name)
            entries[route.name] = Entry(route: route, operation: operation)
        }
        self.entries = entries
        unknown = monitor.operation(.served, "other")
        self.takesBatches = takesBatches
        batch = takesBatches ? monitor.operation(.served, "/" + BatchWire.routeName) : unknown
    }

    private static func metrics(_ page: ByteBuffer, for accepted: AcceptEncoding) -> TierResponse {
        let gzipped = accepted.takesGzip ? Gzip.compressed(page, .once) : nil
        var response = TierResponse(.ok, .metrics, body: gzipped ?? page)
        response.fields = [("vary", "accept-encoding")]
        if gzipped != nil { response.fields.append(("content-encoding", "gzip")) }
        return response
    }

    /// The routes by which a tier describes itself.
    private static func descriptions(of routes: [Route], tier: String) -> [Route] {
        let bare = [
            Route("openapi.json", [.GET], doc: StoreAPI.openAPI) { _ in .ready(.json("")) },
            Route("docs", [.GET], doc: StoreAPI.docs) { _ in .ready(.json("")) },
        ]
        let document = FixedDocument(
            .json, OpenAPIDocument(tier: tier, routes: routes + bare).json,
            fields: [("x-content-type-options", "nosniff")])
        let page = FixedDocument(
            .html, DocsPage(tier: tier, routes: routes + bare).html, fields: DocsPage.fields)
        return [
            Route("openapi.json", [.GET], isLong: true) { .ready(document.answer(to: $0.headers)) },
            Route("docs", [.GET], isLong: true) { .ready(page.answer(to: $0.headers)) },
        ]
    }

    /// The route of a request.
    ///
    /// - Throws: ``Problem`` 404 for a path that no route has, 405 for a method that its route lacks, 401 for
    ///   a request to a guarded one without the token; with `check`, also 403 for what a page of another site
    ///   sends where it must not, and 415 for a body of another type than the route takes.
    func entry(
        method: HTTPMethod, target: RequestTarget, headers: HTTPHeaders, check: RequestCheck? = nil
    ) throws(Problem) -> Entry {
        guard let entry = entries[target.route], entry.route.takesPath || target.pathRest == nil else {
            throw Problem(.notFound, "there is nothing at this path")
        }
        guard entry.route.methods.contains(method) else {
            let allowed = entry.route.methods.map(\.rawValue).joined(separator: ", ")
            var problem = Problem(.methodNotAllowed, "this path answers \(allowed)")
            problem.fields = [("allow", allowed)]
            throw problem
        }
        if let check, entry.route.isKeptFromOtherSites { try check.refuseOtherSites(reach: .site) }
        if entry.route.isGuarded, let token, !token.isShown(in: headers) { throw BearerToken.problem }
        if let check, entry.route.takesJSON { try check.requireJSON() }
        return entry
    }

    /// Refuses a batch from a program that does not show the token, where the store has one: only its own tiers
    /// send any.
    func checkBatch(headers: HTTPHeaders) throws(Problem) {
        if let token, !token.isShown(in: headers) { throw BearerToken.problem }
    }

    /// What the body of a request may have, in bytes, if not as much as elsewhere. Only who shows the token
    /// may send more.
    func bodyBytesMax(for head: HTTPRequestHead) -> Int? {
        let target = RequestTarget(head.uri)
        return (try? entry(method: head.method, target: target, headers: head.headers))?.route.bodyBytesMax
    }
}
