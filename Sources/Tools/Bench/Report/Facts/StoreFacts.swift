/// The store under test.
package struct StoreFacts: Codable, Equatable, Sendable {
    /// The frontend's address.
    package let frontend: String
    /// How the frontend names itself in its answers.
    package let server: String
    /// Whether the run opened it for itself.
    package let isOwn: Bool
    /// What makes a sale durable there, as far as is known.
    package let durability: String
    /// Whether its answers report the times of the tiers behind it.
    package let hasServerTiming: Bool
}
