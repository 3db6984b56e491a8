package import Model

/// The checker's result.
package enum Verdict: Equatable, Sendable {
    /// The operations of every book, and of all books of an order together, can be put in an order that a single copy of the
    /// books would have produced.
    case linearizable
    /// No such order of the operations of one book, or of the books that orders connect to it, exists: the store broke a
    /// promise.
    case violation(item: ItemNumber, Explanation)
    /// The search of one book stopped at its limit, and no other book has a violation.
    case undecided(item: ItemNumber, stepCount: Int)
    /// Each of these books has such an order by itself. Whether all have one together is unknown: that search stopped at its
    /// limit. No other book has a violation or is undecided.
    case undecidedTogether(items: [ItemNumber], stepCount: Int)
}
