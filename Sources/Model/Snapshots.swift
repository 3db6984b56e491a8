/// Everything a catalog's database says, as of one moment: what the auditor checks.
public struct LedgerSnapshot: Sendable {
    /// A book with the state it was opened with and the state it has.
    public struct BookState: Sendable {
        /// The state now.
        public let now: Book
        /// The price the store was opened with.
        public let openingPrice: Cents
        /// The stock the store was opened with, in units.
        public let openingStock: Int64
        /// Whether the book is out of the shop.
        public let isRetired: Bool
        /// The movement that added the book; nil for one that the store was opened with.
        public let addedBy: Int64?

        /// Takes the parts as they are.
        public init(
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
        public var opening: Book {
            Book(item: now.item, title: now.title, topic: now.topic, price: openingPrice, stock: openingStock)
        }
    }

    /// One executed change.
    public struct Movement: Sendable {
        /// Its place in the ledger, from 1.
        public let sequence: Int64
        /// What it did.
        public let entry: LedgerEntry
        /// What it changed, with its key where it had one.
        public var change: StockChange { entry.change }
        /// The stock that it left, in units.
        public let stockAfter: Int64
        /// The sale's number, where it is one.
        public let sale: Int64?

        /// An executed update.
        public init(sequence: Int64, change: StockChange, stockAfter: Int64, sale: Int64?) {
            self.init(sequence: sequence, entry: .update(change), stockAfter: stockAfter, sale: sale)
        }

        /// Takes the parts as they are.
        public init(sequence: Int64, entry: LedgerEntry, stockAfter: Int64, sale: Int64? = nil) {
            self.sequence = sequence
            self.entry = entry
            self.stockAfter = stockAfter
            self.sale = sale
        }
    }

    /// The ledger's identity.
    public let ledger: Int64
    /// The books, in item-number order.
    public let books: [BookState]
    /// The ledger, in order.
    public let movements: [Movement]

    /// Takes the parts as they are.
    public init(ledger: Int64, books: [BookState], movements: [Movement]) {
        self.ledger = ledger
        self.books = books
        self.movements = movements
    }
}

/// Everything an order server's database says, as of one moment.
public struct OrderSnapshot: Sendable {
    /// One completed purchase.
    public struct Order: Sendable {
        /// Its number in this database, from 1.
        public let number: Int64
        /// The purchase's key.
        public let key: IdempotencyKey
        /// The book.
        public let item: ItemNumber
        /// Its sale in a catalog's ledger; nil where the catalog keeps none.
        public let sale: SalePosition?

        /// Takes the parts as they are.
        public init(number: Int64, key: IdempotencyKey, item: ItemNumber, sale: SalePosition?) {
            self.number = number
            self.key = key
            self.item = item
            self.sale = sale
        }
    }

    /// The orders, by number.
    public let orders: [Order]

    /// Takes the parts as they are.
    public init(orders: [Order]) { self.orders = orders }
}
