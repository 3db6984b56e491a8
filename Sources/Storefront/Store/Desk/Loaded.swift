internal import Model

/// How many books a file brought.
struct Loaded: Decodable, Sendable {
    let books: Int
}
