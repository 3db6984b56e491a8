/// How long a call between two tiers took, as the calling tier saw it.
package struct TierView: Codable, Equatable, Sendable {
    /// The entry of `Server-Timing`.
    package let name: String
    /// Which call of which tier that is.
    package let view: String
    /// Its times.
    package let latency: LatencySummary

    init(operation: String, name: String, latency: LatencySummary) {
        self.name = name
        self.latency = latency
        view =
            name == "total"
            ? "frontend: \(operation), all told"
            : Self.views["\(operation) \(name)"] ?? "\(operation): \(name)"
    }

    /// The calls that the contract's evaluation names.
    static let views = [
        "search catalog-query": "frontend: catalog query_by_topic",
        "lookup catalog-query": "frontend: catalog query_by_item",
        "buy order": "frontend: order buy",
        "buy catalog-query": "order: catalog query_by_item",
        "buy catalog-update": "order: catalog update",
    ]
}
