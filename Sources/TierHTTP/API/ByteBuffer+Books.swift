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

    /// Appends `[…]` with what `write` makes of each element.
    package mutating func writeArray<Element>(
        _ elements: some Sequence<Element>, _ write: (inout ByteBuffer, Element) -> Void
    ) {
        writeStaticString("[")
        var isFirst = true
        for element in elements {
            if !isFirst { writeStaticString(",") }
            isFirst = false
            write(&self, element)
        }
        writeStaticString("]")
    }

    /// A page of a list: `{"result":[…],"next":…}`, where `next` is null on the last.
    package static func page<Element>(
        _ elements: some Sequence<Element>, next: String?, _ write: (inout ByteBuffer, Element) -> Void
    ) -> ByteBuffer {
        var json = ByteBuffer(string: #"{"result":"#)
        json.writeArray(elements, write)
        json.writeStaticString(#","next":"#)
        json.writeJSONString(orNull: next)
        json.writeStaticString("}")
        return json
    }

    /// Appends a string, or `null` where there is none.
    package mutating func writeJSONString(orNull text: String?) {
        if let text { writeJSONString(text) } else { writeStaticString("null") }
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
