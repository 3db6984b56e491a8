/// A book as a search lists it.
package struct Listing: Sendable {
    package let item: ItemNumber
    package let title: String

    package init(item: ItemNumber, title: String) {
        self.item = item
        self.title = title
    }
}
