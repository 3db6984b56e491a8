/// The order of found books.
package enum BookOrder: String, CaseIterable, Sendable {
    /// What fits the words best first; without words by number.
    case relevance
    case title
    /// The cheapest first.
    case cost
    /// What was added last first.
    case newest
    /// What was sold most often first.
    case sold
}
