internal import Model

/// A topic and how many books it has.
struct ShopTopic: Decodable, Sendable {
    let topic: String
    let books: Int
}
