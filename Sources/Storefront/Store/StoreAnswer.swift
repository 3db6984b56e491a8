internal import Model

/// A successful answer of the frontend: a result, and where the next page of a list begins.
struct StoreAnswer<Result: Decodable & Sendable>: Decodable, Sendable {
    let result: Result
    let next: String?
}
