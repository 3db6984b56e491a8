internal import Model

/// What a batch changed of the books in the shop, as the rows have it that it committed.
struct ShelfChanges: Sendable {
    /// What the changed books are now.
    var states: [ItemNumber: (price: Cents, stock: Int64)] = [:]
    /// Books that are new.
    var added: [Book] = []
    /// Books that are out of the shop.
    var retired: Set<ItemNumber> = []
}
