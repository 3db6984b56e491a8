package import Model

/// The checker's result.
package enum Verdict: Equatable, Sendable {
    /// Every book's operations can be put in an order that a single copy of the book would have produced.
    case linearizable
    /// No such order of one book's operations exists: the store broke a promise.
    case violation(item: ItemNumber, Explanation)
    /// The search of one book stopped at its limit, and no other book has a violation.
    case undecided(item: ItemNumber, stepCount: Int)
}
