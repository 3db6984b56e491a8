package import Model
package import NIOCore
internal import TierHTTP

extension Schema {
    /// A book as a storekeeper sees it.
    static let fullBook = Schema.all(
        book, .object(["sold": .count, "retired": .boolean, "version": .count]), facts
    ).named("FullBook")
    static let fullBookResult = Schema.result(fullBook).named("FullBookResult")
    static let fullBooks = Schema.result(.array(of: fullBook)).named("FullBooks")
    static let fullBookPage = Schema.page(
        of: fullBook, optional: ["count": .count.saying("Absent in a list with retired books.")]
    ).named("FullBookPage")
}

extension BookDetails {
    /// The answer that shows one book.
    package static func result(_ details: BookDetails) -> ByteBuffer {
        .result { $0.writeBook(details) }
    }

    /// The answer that shows some books.
    package static func result(_ books: [BookDetails]) -> ByteBuffer {
        .result { $0.writeArray(books) { $0.writeBook($1) } }
    }
}

extension ByteBuffer {
    /// Appends a book as a storekeeper sees it.
    package mutating func writeBook(_ details: BookDetails) {
        writeBookFields(details.book)
        writeString(
            #","sold":\#(details.sold),"retired":\#(details.isRetired),"version":\#(details.version)"#)
        writeFacts(details.facts)
        writeStaticString("}")
    }
}
