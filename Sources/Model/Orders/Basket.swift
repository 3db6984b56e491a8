/// What a customer has put aside, and what of it is there now. Nothing is reserved: the order decides.
package struct Basket: Equatable, Sendable {
    /// How long a basket is kept after its last change.
    package static let keptDaysMax: Int64 = 30
    /// The changes after which a basket that none of them was about is forgotten: a bound for all of them together,
    /// about 200 MB if each were as long as can be.
    package static let changeCountMax: Int64 = 200_000

    package struct Line: Equatable, Sendable {
        package let item: ItemNumber
        package let copies: Int64
        /// The book as it is now; nil for one that is no longer sold.
        package let book: Book?

        package init(item: ItemNumber, copies: Int64, book: Book?) {
            self.item = item
            self.copies = copies
            self.book = book
        }

        /// Whether there are not enough copies.
        package var isShort: Bool { (book?.stock ?? 0) < copies }
    }

    /// By the books' numbers.
    package let lines: [Line]

    package init(lines: [Line]) { self.lines = lines }

    /// What the books that are sold cost, in cents.
    package var totalCents: Int64 { lines.reduce(0) { $0 + $1.copies * ($1.book?.price.amount ?? 0) } }
    /// How many copies it holds.
    package var copies: Int64 { lines.reduce(0) { $0 + $1.copies } }
}
