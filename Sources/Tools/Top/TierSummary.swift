/// The sum of all servers of a tier.
struct TierSummary: Sendable {
    let name: String
    let serverCount: Int
    let upCount: Int
    /// The sum of their served requests, except those of quiet routes.
    let total: ServerView.OperationRow

    /// Creates a summary for each name, in the order of first occurrence.
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
        let rows = figures.flatMap(\.served).filter { !$0.isQuiet }
        let sum = { (figure: (ServerView.OperationRow) -> Double) in rows.reduce(0) { $0 + figure($1) } }
        let latencies = figures.reduce(into: BucketCounts()) { $0.add($1.servedLatencies) }
        total = ServerView.OperationRow(
            name: name, rate: sum(\.rate), soldOutRate: sum(\.soldOutRate), refusedRate: sum(\.refusedRate),
            errorRate: sum(\.errorRate), p50: latencies.percentile(50), p99: latencies.percentile(99),
            inFlight: sum(\.inFlight), latencies: latencies, isQuiet: false)
    }
}
