/// The original's evaluation, in milliseconds, from its report. Its client was far from its servers, so the
/// client's times are mostly network round trips. Its tiers were close to each other.
enum OriginalFigures {
    static let clientCounts = [1, 3, 5, 9]

    /// Mean response times as the client saw them, by operation and ``clientCounts``.
    static let client: [String: [Double]] = [
        "search": [79.5, 79.6, 86.7, 94.7],
        "lookup": [76.3, 78.1, 86.4, 93.0],
        "buy": [95.0, 94.4, 95.0, 110.7],
    ]

    /// Means as the calling tier saw them, lowest and highest over the numbers of clients.
    static let tiers: [String: String] = [
        "frontend: catalog query_by_topic": "4.7–4.9",
        "frontend: catalog query_by_item": "4.4–4.5",
        "frontend: order buy": "15.9–16.0",
        "order: catalog query_by_item": "5.6–6.3",
        "order: catalog update": "4.6–5.3",
    ]

    /// What the original's client saw; nil where it was not measured.
    static func mean(_ operation: String, clients: Int) -> Double? {
        clientCounts.firstIndex(of: clients).flatMap { client[operation]?[$0] }
    }
}
