/// What a person wants done with a file of books.
package struct ImportOptions: Equatable, Sendable {
    /// What the stock of a row means for a book that is there.
    package enum Stock: String, CaseIterable, Sendable {
        /// So many are on the shelf.
        case set
        /// So many come.
        case add
    }

    /// What to do about columns of which nobody knows what they hold.
    package enum Unknown: String, CaseIterable, Sendable {
        case skip, refuse
    }

    /// What to do about rows of books that are retired.
    package enum Retired: String, CaseIterable, Sendable {
        case refuse
        /// They are left out, and the books stay as they are.
        case skip
    }

    /// Whether books that are there already are changed.
    package var isUpdate = false
    package var stock = Stock.set
    package var unknown = Unknown.skip
    package var retired = Retired.refuse
    package var mapping = ImportMapping()

    package init() {}
}
