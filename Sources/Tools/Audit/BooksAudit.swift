package import Model

/// Checks that the books balance: the ledger with the stock, the orders with the ledger, each log with its
/// database. It reads only logs.
package struct BooksAudit: Sendable {
    /// One difference.
    package struct Discrepancy: Sendable, Equatable, Encodable, CustomStringConvertible {
        /// The database, log or book where it was found.
        package let place: String
        /// What should be there.
        package let expected: String
        /// What is there.
        package let found: String

        package init(place: String, expected: String, found: String) {
            self.place = place
            self.expected = expected
            self.found = found
        }

        /// The difference as one line for people.
        package var description: String { "\(place): expected \(expected), found \(found)" }
    }

    /// All differences, in the order in which they were found.
    package private(set) var discrepancies: [Discrepancy] = []

    package init() {}

    mutating func expect<Value: Equatable>(
        _ place: @autoclosure () -> String, _ expected: Value, found: Value
    ) {
        if expected != found { record(place(), expected: "\(expected)", found: "\(found)") }
    }

    mutating func record(_ place: String, expected: String, found: String) {
        discrepancies.append(Discrepancy(place: place, expected: expected, found: found))
    }

    // MARK: The ledger

    /// Checks that for each book the opening stock plus all changes is the stock, step by step, that it is called and
    /// known as the last edits say, and retired or not as the last movement of that kind says, that sales are numbered without a gap, that no key occurs twice, and that customers' orders are what their steps make of them. A difference is reported only where it
    /// begins; after it the ledger's own values count.
    package mutating func check(ledger: LedgerSnapshot) {
        var states = Dictionary(uniqueKeysWithValues: ledger.books.map { ($0.now.item, $0.opening) })
        var facts: [ItemNumber: BookFacts] = [:]
        var retired: Set<ItemNumber> = []
        var keys: [IdempotencyKey: Int64] = [:]
        var (last, lastSale): (Int64, Int64) = (0, 0)
        for movement in ledger.movements {
            let place = "catalog ledger, movement \(movement.sequence) of book \(movement.change.item)"
            expect("\(place), its number", last + 1, found: movement.sequence)
            last = movement.sequence
            guard var book = states[movement.change.item] else {
                record(place, expected: "a book of the catalog", found: "none")
                continue
            }
            book.stock += movement.change.units ?? 0
            book.price = movement.change.price ?? book.price
            expect("\(place), stock", book.stock, found: movement.stockAfter)
            if book.stock < 0 { record(place, expected: "a stock of 0 or more", found: "\(book.stock)") }
            book.stock = movement.stockAfter
            switch movement.entry {
            case .edited(let edit):
                book = edit.applied(to: book)
                facts[book.item] = facts[book.item, default: .none].applying(edit.facts)
            case .retired(let item):
                let wasInShop = retired.insert(item).inserted
                expect("\(place), whether it is in the shop before", true, found: wasInShop)
            case .restored(let item):
                expect("\(place), whether it is retired before", true, found: retired.remove(item) != nil)
            case .update, .added, .order: break
            }
            states[movement.change.item] = book
            if let key = movement.change.key, let earlier = keys.updateValue(movement.sequence, forKey: key) {
                record(place, expected: "a key of its own", found: "the key of movement \(earlier)")
            }
            if let sale = movement.sale {
                expect("\(place), number of the sale", lastSale + 1, found: sale)
                lastSale = sale
            }
            if case .update = movement.entry {
                expect("\(place), whether it is a sale", movement.change.isSale, found: movement.sale != nil)
            }
        }
        for state in ledger.books {
            guard let book = states[state.now.item] else { continue }
            expect("catalog database, stock of book \(book.item)", book.stock, found: state.now.stock)
            expect("catalog database, price of book \(book.item)", book.price, found: state.now.price)
            expect("catalog database, title of book \(book.item)", book.title, found: state.now.title)
            expect("catalog database, topic of book \(book.item)", book.topic, found: state.now.topic)
            expect(
                "catalog database, facts of book \(book.item)", facts[book.item, default: .none].json,
                found: state.facts.json)
            expect(
                "catalog database, whether book \(book.item) is retired", retired.contains(book.item),
                found: state.isRetired)
        }
        checkOrders(of: ledger)
    }

    /// Adds the differences that remain at the end of a check that waits.
    package mutating func add(_ found: [Discrepancy]) { discrepancies += found }
}
