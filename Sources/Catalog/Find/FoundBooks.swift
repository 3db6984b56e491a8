internal import Model

/// What was found.
struct FoundBooks: Sendable {
    /// The books of the page, in their order.
    let items: [ItemNumber]
    /// How many match, on all pages.
    let count: Int
    /// Whether others follow.
    let hasMore: Bool
}
