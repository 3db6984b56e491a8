/// What find looks for.
struct FindQuery: Sendable {
    /// Folded words, all of which must occur.
    let words: [String]
    /// Only books of this topic.
    let topic: String?
    /// Only books with a higher number.
    let after: Int64
    /// Books in the answer, at most.
    let limit: Int
}
