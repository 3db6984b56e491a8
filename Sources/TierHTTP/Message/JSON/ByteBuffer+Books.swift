package import Model
package import NIOCore

// Books as JSON, the same in every answer.
extension ByteBuffer {
    /// Appends a book as a lookup shows it.
    package mutating func writeBook(_ book: Book) {
        writeBookFields(book)
        writeStaticString("}")
    }

    /// Appends a book as a storekeeper sees it.
    package mutating func writeBook(_ details: BookDetails) {
        writeBookFields(details.book)
        writeString(
            #","sold":\#(details.sold),"retired":\#(details.isRetired),"version":\#(details.version)}"#)
    }

    private mutating func writeBookFields(_ book: Book) {
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
