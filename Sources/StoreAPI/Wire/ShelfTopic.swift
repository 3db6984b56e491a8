/// A topic and how many books it has.
package struct ShelfTopic: Decodable, Sendable {
    package let topic: String
    package let books: Int
}
