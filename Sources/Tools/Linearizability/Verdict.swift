package import Model

/// What the checker found.
package enum Verdict: Equatable, Sendable {
    /// Every book's operations can be put in an order that a single copy of the book would have produced.
    case linearizable
    /// A book's operations cannot: the store broke a promise.
    case violation(item: ItemNumber, Explanation)
    /// The search of a book stopped at its limit; none of the other books has a violation.
    case undecided(item: ItemNumber, stepCount: Int)
}
