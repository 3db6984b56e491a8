/// What all servers of a tier do together.
struct TierSummary: Sendable {
    let name: String
    let serverCount: Int
    let upCount: Int
    let rate: Double
    let soldOutRate: Double
    let refusedRate: Double
    let errorRate: Double
    let p50: Double?
    let p99: Double?
    let inFlight: Double

    /// A summary for each name, in the order in which they come first.
    static func all(of views: [ServerView]) -> [TierSummary] {
        var names: [String] = []
        for view in views where !names.contains(view.name) { names.append(view.name) }
        return names.map { name in TierSummary(name, views.filter { $0.name == name }) }
    }

    private init(_ name: String, _ views: [ServerView]) {
        self.name = name
        serverCount = views.count
        upCount = views.count(where: \.isUp)
        let figures = views.compactMap { view in
            if case .up(let figures) = view.state { figures } else { nil }
        }
        // What machines ask of a server is not the store's work.
        let rows = figures.flatMap(\.served).filter { !$0.isQuiet }
        rate = rows.reduce(0) { $0 + $1.rate }
        soldOutRate = rows.reduce(0) { $0 + $1.soldOutRate }
        refusedRate = rows.reduce(0) { $0 + $1.refusedRate }
        errorRate = rows.reduce(0) { $0 + $1.errorRate }
        inFlight = rows.reduce(0) { $0 + $1.inFlight }
        let latencies = figures.reduce(into: BucketCounts()) { $0.add($1.servedLatencies) }
        (p50, p99) = (latencies.percentile(50), latencies.percentile(99))
    }
}
