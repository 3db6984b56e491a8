internal import Model

/// What changes the books in the shop, as the rows have it that were committed.
package struct ShelfChanges: Sendable {
    /// What the changed books are now.
    var states: [ItemNumber: (price: Cents, stock: Int64)] = [:]
    /// Books that are new.
    private(set) var added: [Book] = []
    /// Books of which something else is said, or that were brought back, with all that they are now.
    private(set) var shown: [ItemNumber: Book] = [:]
    /// Books that are out of the shop.
    private(set) var retired: Set<ItemNumber> = []

    /// Whether books come or go, or are called something else.
    var changeRange: Bool { !added.isEmpty || !shown.isEmpty || !retired.isEmpty }

    // MARK: One after the other

    mutating func add(_ book: Book) { added.append(book) }

    mutating func show(_ book: Book) {
        if PlantedBug.isOn(.showsOldTitles) { return }
        shown[book.item] = book
        states[book.item] = nil
        retired.remove(book.item)
    }

    mutating func retire(_ item: ItemNumber) {
        shown[item] = nil
        retired.insert(item)
    }
}
