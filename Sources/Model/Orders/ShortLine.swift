/// A line of an order of which there are not enough copies.
package struct ShortLine: Equatable, Sendable {
    package let item: ItemNumber
    /// The copies that the order asks for.
    package let wanted: Int64
    /// The copies that there are.
    package let stock: Int64

    /// Takes checked parts as they are.
    package init(item: ItemNumber, wanted: Int64, stock: Int64) {
        self.item = item
        self.wanted = wanted
        self.stock = stock
    }
}
