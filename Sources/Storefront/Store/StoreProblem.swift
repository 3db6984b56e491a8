/// An error as the frontend tells it.
struct StoreProblem: Decodable, Sendable {
    let detail: String?
    let dependency: String?
    /// What a book costs that is too expensive.
    let cost: String?
}
