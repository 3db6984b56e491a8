internal import Model

/// A refusal because books are not what the sender took them for.
struct Conflict: Decodable, Sendable {
    let detail: String?
    let current: [BookDetails]?
}
