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
    let handler: Handler

    /// - Parameters:
    ///   - name: the first segment of the path, without a slash.
    ///   - methods: the methods it answers. HEAD comes with GET, but not where POST is answered too: there a
    ///     GET buys or changes something, which a HEAD must never do.
    ///   - takesPath: whether a parameter may follow in the path.
    public init(_ name: String, _ methods: [HTTPMethod], takesPath: Bool = false, handler: @escaping Handler)
    {
        self.name = name
        self.methods = methods == [.GET] ? [.GET, .HEAD] : methods
        self.takesPath = takesPath
        self.handler = handler
    }
}

/// All routes of a tier, each with its place in the tier's monitor.
public struct RouteTable: Sendable {
    struct Entry: Sendable {
        let route: Route
        let operation: SystemMonitor.Operation
    }

    private let entries: [String: Entry]
    let monitor: SystemMonitor
    let unknown: SystemMonitor.Operation

    /// Adds to `routes` what every tier answers: `/livez`, `/readyz` and `/metrics`.
    ///
    /// - Parameters:
    ///   - readiness: succeeds when the tier can do its work, and fails with the reason when it cannot.
    ///   - samples: the tier's own figures for the metrics page.
    public init(
        _ routes: [Route], monitor: SystemMonitor,
        readiness: @escaping @Sendable (TierRequest) -> EventLoopFuture<Void>,
        samples: @escaping @Sendable () -> [MetricSample] = { [] }
    ) {
        let common = [
            Route("livez", [.GET]) { _ in .ready(.json(#"{"status":"alive"}"#)) },
            Route("readyz", [.GET]) { request in
                .pending(readiness(request).map { .json(#"{"status":"ready"}"#) })
            },
            Route("metrics", [.GET]) { _ in
                let page = PrometheusText.page(of: monitor, samples: samples())
                return .ready(TierResponse(.ok, .metrics, body: ByteBuffer(string: page)))
            },
        ]
        self.monitor = monitor
        var entries: [String: Entry] = [:]
        for route in routes + common {
            let operation = monitor.operation(.served, "/" + route.name)
            entries[route.name] = Entry(route: route, operation: operation)
        }
        self.entries = entries
        unknown = monitor.operation(.served, "other")
    }

    /// The route of a request.
    ///
    /// - Throws: ``Problem`` 404 for a path that no route has, 405 for a method that its route lacks.
    func entry(method: HTTPMethod, target: RequestTarget) throws(Problem) -> Entry {
        guard let entry = entries[target.route], entry.route.takesPath || target.pathRest == nil else {
            throw Problem(.notFound, "there is nothing at this path")
        }
        guard entry.route.methods.contains(method) else {
            let allowed = entry.route.methods.map(\.rawValue).joined(separator: ", ")
            var problem = Problem(.methodNotAllowed, "this path answers \(allowed)")
            problem.fields = [("allow", allowed)]
            throw problem
        }
        return entry
    }
}
