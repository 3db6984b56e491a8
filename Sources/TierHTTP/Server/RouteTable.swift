internal import Dispatch
internal import Model
package import Monitoring
package import NIOCore
internal import NIOHTTP1

/// All routes of a tier, each with its place in the tier's monitor.
package struct RouteTable: Sendable {
    /// A class, so that a request can hold on to its route for little.
    final class Entry: Sendable {
        let route: Route
        let operation: SystemMonitor.Operation
        /// Another route at the same path, for other methods.
        fileprivate let next: Entry?

        fileprivate init(route: Route, operation: SystemMonitor.Operation, next: Entry?) {
            self.route = route
            self.operation = operation
            self.next = next
        }

        fileprivate var methods: [HTTPMethod] { route.methods + (next?.methods ?? []) }
    }

    /// What a request that arrived has to have done for it.
    enum Work {
        case route(Entry, RequestTarget)
        case batch
        /// Nothing.
        case refusal(Problem, SystemMonitor.Operation)

        /// Whether its answer may be a long one.
        var isLong: Bool {
            if case .route(let entry, _) = self { entry.route.isLong } else { false }
        }

        /// Whether it may change something.
        var isChange: Bool {
            if case .route(let entry, _) = self { entry.route.isChange } else { false }
        }
    }

    private let entries: [String: Entry]
    private let token: BearerToken?
    let monitor: SystemMonitor
    let unknown: SystemMonitor.Operation
    /// Whether several requests may come in one: see ``BatchWire``.
    let takesBatches: Bool
    let batch: SystemMonitor.Operation

    /// Adds to `routes` what every tier answers: `/livez`, `/readyz`, `/metrics` and what describes it.
    ///
    /// - Parameters:
    ///   - token: what requests to guarded routes must show; nil lets everybody in.
    ///   - readiness: succeeds when the tier can do its work, and fails with the reason when it cannot.
    ///   - takesBatches: whether other tiers of the store may put several requests into one.
    ///   - samples: the tier's own figures for the metrics page.
    ///   - description: the routes that describe the others, given these and the tier's name.
    package init(
        _ routes: [Route], monitor: SystemMonitor, token: BearerToken? = nil, takesBatches: Bool = false,
        readiness: @escaping @Sendable (TierRequest) -> EventLoopFuture<Void>,
        samples: @escaping @Sendable () -> [MetricSample] = { [] },
        description: ([Route], String) -> [Route]
    ) {
        // Reading all shards and writing a page takes some milliseconds, which no request need wait for.
        let rendering = DispatchQueue(label: "metrics")
        let common = [
            Route(
                "livez", [.GET], doc: RouteDoc(summary: "Whether the process runs.", success: .status)
            ) { _ in .ready(.json(#"{"status":"alive"}"#)) },
            Route(
                "readyz", [.GET],
                doc: RouteDoc(summary: "Whether the server can do its work.", success: .status)
            ) { request in
                .pending(readiness(request).map { .json(#"{"status":"ready"}"#) })
            },
            Route(
                "metrics", [.GET], isLong: true,
                doc: RouteDoc(
                    summary: "Metrics for Prometheus.", success: .text,
                    contentType: TierResponse.ContentType.metrics.rawValue)
            ) { request in
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
        for route in routes + common + description(routes + common, monitor.tier) {
            let operation = monitor.operation(.served, "/" + route.name)
            entries[route.name] = Entry(route: route, operation: operation, next: entries[route.name])
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

    /// The work for a request.
    func work(for head: HTTPRequestHead, _ check: RequestCheck) -> Work {
        let target = RequestTarget(head.uri)
        let isBatch = takesBatches && target.route == BatchWire.routeName && head.method == .POST
        do throws(Problem) {
            guard isBatch else {
                let entry = try entry(
                    method: head.method, target: target, headers: head.headers, check: check)
                return .route(entry, target)
            }
            try check.refuseOtherSites(reach: .site)
            // Only the store's own tiers send any.
            if let token, !token.isShown(in: head.headers) { throw BearerToken.problem }
            return .batch
        } catch {
            return .refusal(error, isBatch ? batch : unknown)
        }
    }

    /// The route of a request.
    ///
    /// - Throws: ``Problem`` 404 for a path that no route has, 405 for a method that its route lacks, 401 for
    ///   a request to a guarded one without the token; with `check`, also 403 for what a page of another site
    ///   sends where it must not, and 415 for a body of another type than the route takes.
    func entry(
        method: HTTPMethod, target: RequestTarget, headers: HTTPHeaders, check: RequestCheck? = nil
    ) throws(Problem) -> Entry {
        guard let first = entries[target.route], first.route.takesPath || target.pathRest == nil else {
            throw Problem(.notFound, "there is nothing at this path")
        }
        var found: Entry? = first
        while let entry = found, !entry.route.methods.contains(method) { found = entry.next }
        guard let entry = found else {
            let allowed = first.methods.map(\.rawValue).joined(separator: ", ")
            var problem = Problem(.methodNotAllowed, "this path answers \(allowed)")
            problem.fields = [("allow", allowed)]
            throw problem
        }
        if let check, entry.route.isKeptFromOtherSites { try check.refuseOtherSites(reach: .site) }
        if entry.route.isGuarded, let token, !token.isShown(in: headers) { throw BearerToken.problem }
        if let check, entry.route.takesJSON { try check.requireJSON() }
        return entry
    }

    /// What the body of a request may have, in bytes, if not as much as elsewhere. Only who shows the token
    /// may send more.
    func bodyBytesMax(for head: HTTPRequestHead) -> Int? {
        let target = RequestTarget(head.uri)
        return (try? entry(method: head.method, target: target, headers: head.headers))?.route.bodyBytesMax
    }
}
