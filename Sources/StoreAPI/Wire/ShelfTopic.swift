package import NIOCore
internal import TierHTTP

extension Schema {
    static let topicPage = Schema.page(of: .object(["topic": .string, "books": .integer(min: 1)]))
        .named("TopicPage")
}

/// A topic and how many books it has.
package struct ShelfTopic: Decodable, Sendable {
    package let topic: String
    package let books: Int

    package init(topic: String, books: Int) {
        self.topic = topic
        self.books = books
    }

    package func write(to json: inout ByteBuffer) {
        json.writeStaticString(#"{"topic":"#)
        json.writeJSONString(topic)
        json.writeString(#","books":\#(books)}"#)
    }
}
