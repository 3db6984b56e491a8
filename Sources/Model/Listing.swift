/// A book as a search lists it.
package struct Listing: Decodable, Sendable {
    package let item: ItemNumber
    package let title: String

    package init(item: ItemNumber, title: String) {
        self.item = item
        self.title = title
    }

    private enum CodingKeys: String, CodingKey {
        case item = "item_number"
        case title
    }
}
