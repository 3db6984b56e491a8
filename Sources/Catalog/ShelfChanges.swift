internal import Model

/// What changes the books in the shop, as the rows have it that were committed.
package struct ShelfChanges: Sendable {
    /// What the changed books are now.
    var states: [ItemNumber: (price: Cents, stock: Int64)] = [:]
    /// Books that are new.
    var added: [Book] = []
    /// Books that are out of the shop.
    var retired: Set<ItemNumber> = []

    /// Whether books come or go.
    var changeRange: Bool { !added.isEmpty || !retired.isEmpty }
}
