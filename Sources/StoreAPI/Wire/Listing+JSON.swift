package import Model
package import NIOCore
internal import TierHTTP

extension Schema {
    static let listings = Schema.result(
        .array(of: .object(["item_number": .itemNumber, "title": .string]))
    ).named("Listings")
}

extension Listing {
    /// The answer that lists some books.
    package static func result(_ listings: [Listing]) -> ByteBuffer {
        var json = ByteBufferAllocator().buffer(capacity: 16 + listings.count * 80)
        json.writeStaticString(#"{"result":["#)
        for (index, listing) in listings.enumerated() {
            json.writeStaticString(index == 0 ? #"{"item_number":""# : #",{"item_number":""#)
            json.writeString(listing.item.description)
            json.writeStaticString(#"","title":"#)
            json.writeJSONString(listing.title)
            json.writeStaticString("}")
        }
        json.writeStaticString("]}")
        return json
    }
}
