package import Model
package import NIOCore
internal import TierHTTP

extension Schema {
    static let shopBook = Schema.all(book, facts).named("ShopBook")
    static let shopBookResult = Schema.result(shopBook).named("ShopBookResult")
    static let bookPage = Schema.countedPage(of: shopBook).named("BookPage")
}

/// A book as customers see it: with what is known of it.
package struct ShopBook: Decodable, Equatable, Sendable {
    package let book: Book
    package let facts: BookFacts

    package init(_ book: Book, _ facts: BookFacts) {
        self.book = book
        self.facts = facts
    }

    package init(from decoder: any Decoder) throws {
        self.init(try Book(from: decoder), try BookFacts(from: decoder))
    }

    /// The answer that shows it.
    package var result: ByteBuffer { .result { write(to: &$0) } }

    package func write(to json: inout ByteBuffer) {
        json.writeBookFields(book)
        json.writeFacts(facts)
        json.writeStaticString("}")
    }
}
