package import Model

/// A book in the answer to a search.
package struct Listing: Decodable, Sendable {
    package let item: ItemNumber
    package let title: String

    private enum CodingKeys: String, CodingKey {
        case item = "item_number"
        case title
    }
}
