/// Everything a catalog's database says, as of one moment: what the auditor checks.
package struct LedgerSnapshot: Sendable {
    /// A book with the state it was opened with and the state it has.
    package struct BookState: Sendable {
        /// The state now.
        package let now: Book
        /// The price the store was opened with.
        package let openingPrice: Cents
        /// The stock the store was opened with, in units.
        package let openingStock: Int64
        /// Whether the book is out of the shop.
        package let isRetired: Bool
        /// The movement that added the book; nil for one that the store was opened with.
        package let addedBy: Int64?

        package init(
            now: Book, openingPrice: Cents, openingStock: Int64, isRetired: Bool = false,
            addedBy: Int64? = nil
        ) {
            self.now = now
            self.openingPrice = openingPrice
            self.openingStock = openingStock
            self.isRetired = isRetired
            self.addedBy = addedBy
        }

        /// The book as it was opened.
        package var opening: Book {
            var book = now
            book.price = openingPrice
            book.stock = openingStock
            return book
        }
    }

    /// One executed change.
    package struct Movement: Sendable {
        /// Its place in the ledger, from 1.
        package let sequence: Int64
        /// What it did.
        package let entry: LedgerEntry
        /// What it changed, with its key where it had one.
        package var change: StockChange { entry.change }
        /// The stock that it left, in units.
        package let stockAfter: Int64
        /// The sale's number, where it is one.
        package let sale: Int64?
        /// The number of the catalog's log that has its line, of several over one database.
        package let log: Int64

        /// An executed update.
        package init(sequence: Int64, change: StockChange, stockAfter: Int64, sale: Int64?) {
            self.init(sequence: sequence, entry: .update(change), stockAfter: stockAfter, sale: sale)
        }

        package init(
            sequence: Int64, entry: LedgerEntry, stockAfter: Int64, sale: Int64? = nil, log: Int64 = 1
        ) {
            self.sequence = sequence
            self.log = log
            self.entry = entry
            self.stockAfter = stockAfter
            self.sale = sale
        }
    }

    /// The ledger's identity.
    package let ledger: Int64
    /// The books, in item-number order.
    package let books: [BookState]
    /// The ledger, in order.
    package let movements: [Movement]

    package init(ledger: Int64, books: [BookState], movements: [Movement]) {
        self.ledger = ledger
        self.books = books
        self.movements = movements
    }
}
