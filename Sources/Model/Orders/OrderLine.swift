/// Copies of one book, in an order.
package struct OrderLine: Hashable, Sendable {
    /// The copies of one book in an order, at most.
    package static let copiesMax: Int64 = 1_000

    package let item: ItemNumber
    /// From 1 on.
    package let copies: Int64

    /// Takes checked parts as they are.
    package init(item: ItemNumber, copies: Int64) {
        self.item = item
        self.copies = copies
    }
}
