internal import Model

/// What fields are that two keepers changed at the same time.
struct EditConflicts: Sendable {
    var title: String?
    var topic: String?
    /// Empty for a fact that was removed.
    var facts: [BookFact: String] = [:]

    var isEmpty: Bool { title == nil && topic == nil && facts.isEmpty }
}
