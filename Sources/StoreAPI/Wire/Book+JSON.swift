package import Model
package import NIOCore
internal import TierHTTP

extension Schema {
    static let book = Schema.object([
        "item_number": .itemNumber, "title": .string, "type": .string.saying("The topic."), "cost": .amount,
        "stock": .count,
    ]).named("Book")
    static let bookResult = Schema.result(book).named("BookResult")
}

extension Book {
    /// The answer to a lookup.
    package static func result(_ book: Book) -> ByteBuffer {
        var json = ByteBufferAllocator().buffer(capacity: 128 + book.title.utf8.count + book.topic.utf8.count)
        json.writeStaticString(#"{"result":"#)
        json.writeBook(book)
        json.writeStaticString("}")
        return json
    }
}

extension ByteBuffer {
    /// Appends a book as the contract has it.
    package mutating func writeBook(_ book: Book) {
        writeBookFields(book)
        writeStaticString("}")
    }

    /// Appends what all books have in every answer; more members or a brace follow.
    mutating func writeBookFields(_ book: Book) {
        writeStaticString(#"{"item_number":""#)
        writeString(book.item.description)
        writeStaticString(#"","title":"#)
        writeJSONString(book.title)
        writeStaticString(#","type":"#)
        writeJSONString(book.topic)
        writeStaticString(#","cost":""#)
        writeString(book.price.description)
        writeStaticString(#"","stock":"#)
        writeString(String(book.stock))
    }
}
