/// Everything a catalog's database says, as of one moment: what the auditor checks.
package struct LedgerSnapshot: Sendable {
    /// A book with the state it was opened with and the state it has.
    package struct BookState: Sendable {
        /// The state now.
        package let now: Book
        /// What the store was opened with, or the book was added with: a stock of 0 then.
        package let opening: Book
        /// Whether the book is out of the shop.
        package let isRetired: Bool
        /// The movement that added the book; nil for one that the store was opened with.
        package let addedBy: Int64?
        /// What is known of it besides. A book is opened and added without facts.
        package let facts: BookFacts

        /// Whether it has another title or topic than it came with.
        package var isRenamed: Bool { now.title != opening.title || now.topic != opening.topic }

        package init(
            now: Book, opening: Book, isRetired: Bool = false, addedBy: Int64? = nil,
            facts: BookFacts = .none
        ) {
            self.now = now
            self.opening = opening
            self.isRetired = isRetired
            self.addedBy = addedBy
            self.facts = facts
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

        /// The copies that it sold; less than 0 where copies that were sold came back.
        package var soldCopies: Int64 {
            switch entry {
            case .update: sale == nil ? 0 : 1
            case .order(let movement): -(movement.change.units ?? 0)
            case .added, .retired, .edited, .restored: 0
            }
        }

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
    /// Customers' orders, by number.
    package let orders: [LedgerOrder]

    package init(
        ledger: Int64, books: [BookState], movements: [Movement], orders: [LedgerOrder] = []
    ) {
        self.ledger = ledger
        self.books = books
        self.movements = movements
        self.orders = orders
    }

    /// What each edit changed from what to what, by its movement.
    package var edits: [(sequence: Int64, changes: [FieldChange])] {
        var states = Dictionary(
            uniqueKeysWithValues: books.map { ($0.opening.item, ($0.opening, BookFacts.none)) })
        return movements.compactMap { movement in
            guard case .edited(let edit) = movement.entry, let (book, facts) = states[edit.item] else {
                return nil
            }
            states[edit.item] = (edit.applied(to: book), facts.applying(edit.facts))
            return (movement.sequence, edit.changes(of: book, facts))
        }
    }
}
