import Model

@testable import Catalog
@testable import Order
@testable import Storage

/// The tables of both tiers as one server of the modelled cluster has them.
struct ModelledTables {
    /// A movement with the log that has its line.
    struct Logged {
        let movement: LedgerMovement
        let log: Int64
    }

    /// What a tier's log is known to hold, by its number.
    struct Log {
        var mark: LogMark
        var last: Int64 = 0
    }

    static let ledger: Int64 = 77

    let openingBooks: [Book]
    var books: [ItemNumber: LedgerBook] = [:]
    var movements: [Logged] = []
    var lastSale: Int64 = 0
    var refusals: [IdempotencyKey: Refusal] = [:]
    var orders: [OrderSnapshot.Order] = []
    var logs: [String: Log] = [:]
    /// The log of the transaction that is being made.
    var writing: Int64 = 0
    private var keyed: [String: Int] = [:]

    init(books: [Book]) {
        openingBooks = books
        for book in books {
            self.books[book.item] = LedgerBook(
                stock: book.stock, price: book.price, sold: 0, lastMovement: 0, previousMovement: 0,
                isRetired: false)
        }
    }

    /// The books as they are.
    var booksInShop: [Book] {
        openingBooks.map { opening in
            var book = opening
            if let now = books[book.item] { (book.stock, book.price) = (now.stock, now.price) }
            return book
        }
    }

    func movement(under key: IdempotencyKey) -> LedgerMovement? {
        keyed[key.text].map { movements[$0].movement }
    }

    func order(under key: IdempotencyKey) -> OrderSnapshot.Order? { orders.first { $0.key == key } }

    var ledgerSnapshot: LedgerSnapshot {
        let states = zip(booksInShop, openingBooks).map { now, opening in
            LedgerSnapshot.BookState(
                now: now, opening: opening)
        }
        let movements = movements.map {
            LedgerSnapshot.Movement(
                sequence: $0.movement.sequence, entry: .update($0.movement.change),
                stockAfter: $0.movement.stockAfter, sale: $0.movement.sale, log: $0.log)
        }
        return LedgerSnapshot(ledger: Self.ledger, books: states, movements: movements)
    }
}

extension ModelledTables: LedgerTables {
    /// The simulation's clients keep no store.
    private struct NoStorekeepers: Error {}

    func book(_ item: ItemNumber) -> LedgerBook? { books[item] }

    mutating func write(_ book: LedgerBook, of item: ItemNumber) { books[item] = book }

    mutating func insert(_ movement: LedgerMovement) -> Bool {
        if let key = movement.key {
            guard keyed[key] == nil else { return false }
            keyed[key] = movements.count
        }
        movements.append(Logged(movement: movement, log: writing))
        return true
    }

    func change(under key: IdempotencyKey) -> KeyedChange? {
        movement(under: key).map {
            KeyedChange(
                item: $0.change.item.value, units: $0.change.units, priceCents: $0.change.price?.amount,
                sale: $0.sale)
        }
    }

    func refusal(under key: IdempotencyKey) -> Refusal? { refusals[key] }

    mutating func remember(_ change: StockChange, key: IdempotencyKey, atMillis: Int64) -> Bool {
        refusals[key] = Refusal(
            item: change.item.value, units: change.units, priceCents: change.price?.amount,
            atMillis: atMillis)
        return true
    }

    func beginRequest() throws { throw NoStorekeepers() }
    func endRequest() throws { throw NoStorekeepers() }
    func undoRequest() throws { throw NoStorekeepers() }
    func details(of item: ItemNumber) throws -> BookDetails? { throw NoStorekeepers() }
    func add(_ books: [Book], firstMovement: Int64) throws -> [ItemNumber] { throw NoStorekeepers() }
    func write(isRetired: Bool, of item: ItemNumber, movement: Int64) throws { throw NoStorekeepers() }
    func write(_ edits: [LedgerEdit]) throws { throw NoStorekeepers() }
    func freeNumber(from number: Int64) throws -> Int64? { throw NoStorekeepers() }
    func note(_ request: KeeperRequest, first: Int64, last: Int64) throws { throw NoStorekeepers() }
    func entries(ofRequest key: IdempotencyKey) throws -> [LedgerEntry]? { throw NoStorekeepers() }
}
