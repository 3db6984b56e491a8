/// What one movement of the ledger did.
package enum LedgerEntry: Equatable, Sendable {
    /// A price, a stock or both were changed: an `update`, and so also a sale.
    case update(StockChange)
    /// A book was added, in this state.
    case added(Book)
    /// A book was taken out of the shop. Its stock and price stay as they were.
    case retired(ItemNumber)
    /// What is said of a book was changed: what it became.
    case edited(BookEdit)
    /// A retired book was brought back.
    case restored(ItemNumber)
    /// A customer's order was made, went on, or gave copies back.
    case order(OrderMovement)

    /// The book.
    package var item: ItemNumber {
        switch self {
        case .update(let change): change.item
        case .added(let book): book.item
        case .retired(let item), .restored(let item): item
        case .edited(let edit): edit.item
        case .order(let movement): movement.item
        }
    }

    /// What it did to the book's stock and price. An added book comes from a stock of 0.
    package var change: StockChange {
        switch self {
        case .update(let change): change
        case .added(let book): StockChange(item: book.item, price: book.price, units: book.stock)
        case .retired, .edited, .restored: StockChange(item: item, units: 0)
        case .order(let movement): movement.change
        }
    }

    // MARK: The log

    /// The line of the catalog log that records it, without a line break.
    package var logLine: String {
        switch self {
        case .update(let change): change.logLine
        case .added(let book): BookLine.text(book)
        case .retired(let item): Self.retiredPrefix + item.description
        case .edited(let edit): edit.logLine
        case .restored(let item): Self.restoredPrefix + item.description
        case .order(let movement): movement.logLine
        }
    }

    /// How the line of a retired book begins; its number follows.
    package static let retiredPrefix = "retire,"
    /// How the line of a book that was brought back begins; its number follows.
    package static let restoredPrefix = "restore,"

    private static let prefixes = [
        "update,", "init,", retiredPrefix, BookEdit.prefix, restoredPrefix, OrderMovement.prefix,
    ]

    /// Whether a line of the catalog log is of a movement. An `init` line is if it is not of the opening state.
    package static func isLogged(by line: Substring) -> Bool { prefixes.contains { line.hasPrefix($0) } }
}
