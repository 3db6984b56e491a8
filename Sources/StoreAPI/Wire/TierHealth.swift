/// One of the store's servers as the frontend sees it.
package struct TierHealth: Decodable, Sendable {
    package let tier: String
    package let ready: Bool
    package let detail: String
    package let millis: Double?
}
