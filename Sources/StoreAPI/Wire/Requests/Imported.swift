package import NIOCore
internal import TierHTTP

extension Schema {
    static let imported = Schema.result(.object(["books": .integer()])).named("Imported")
}

/// How many books a file brought, or would bring.
package struct Imported: Decodable, Sendable {
    package let books: Int

    package init(books: Int) { self.books = books }

    /// The answer that says so.
    package var result: ByteBuffer { .result { $0.writeString(#"{"books":\#(books)}"#) } }
}
