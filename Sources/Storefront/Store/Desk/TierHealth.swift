internal import Model

/// One of the store's servers as the frontend sees it.
struct TierHealth: Decodable, Sendable {
    let tier: String
    let ready: Bool
    let detail: String
    let millis: Double?
}
