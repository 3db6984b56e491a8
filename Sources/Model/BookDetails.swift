/// A book as a storekeeper sees it.
package struct BookDetails: Equatable, Sendable {
    /// The book in its present state.
    package let book: Book
    /// Copies sold so far.
    package let sold: Int64
    /// Whether it was taken out of the shop.
    package let isRetired: Bool
    /// The number of the book's last movement in the ledger, 0 before the first: two readings with the same
    /// number are of the same state.
    package let version: Int64

    package init(book: Book, sold: Int64, isRetired: Bool, version: Int64) {
        self.book = book
        self.sold = sold
        self.isRetired = isRetired
        self.version = version
    }
}
