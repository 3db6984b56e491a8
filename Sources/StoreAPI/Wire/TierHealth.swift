internal import TierHTTP

extension Schema {
    static let tiers = Schema.result(
        .array(
            of: .object([
                "tier": .string, "server": .string.saying("Its address, as the frontend knows it."),
                "ready": .boolean, "detail": .string, "millis": .number,
            ]))
    ).named("Tiers")
}

/// One of the store's servers as the frontend sees it.
package struct TierHealth: Decodable, Sendable {
    package let tier: String
    /// Its address; nil of an older frontend.
    package let server: String?
    package let ready: Bool
    package let detail: String
    package let millis: Double?
}
