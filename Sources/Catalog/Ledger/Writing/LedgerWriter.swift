internal import Model
internal import Monitoring
internal import Storage

/// Applies the changes of one batch inside its transaction: the rules of the ledger, whatever database it is in.
///
/// A batch often sells one title many times. So what its books are is followed here: each is read once and
/// written once, and a change costs one row, the ledger's. Whoever reads books from the database inside
/// the transaction calls ``writeBooks()`` first.
struct LedgerWriter<Tables: LedgerTables> {
    private let ledger: Int64
    private(set) var lastMovement: Int64
    private(set) var lastSale: Int64
    /// Every number below it is taken.
    var lowestFree: Int64
    var tables: Tables
    /// What the transaction changes of the books in the shop.
    private(set) var shelf = ShelfChanges()
    /// The changes executed, in order.
    private(set) var executed: [LedgerEntry] = []
    private var followed: [ItemNumber: LedgerBook] = [:]
    private var unwritten: Set<ItemNumber> = []
    let time: Timestamp

    /// - Parameters:
    ///   - movement: the ledger's last one.
    ///   - sale: the number of the last sale.
    ///   - lowestFree: see ``lowestFree``.
    ///   - time: when its movements are made.
    init(
        _ tables: Tables, ledger: Int64, movement: Int64, sale: Int64, lowestFree: Int64,
        at time: Timestamp = .now
    ) {
        self.tables = tables
        self.ledger = ledger
        lastMovement = movement
        lastSale = sale
        self.lowestFree = lowestFree
        self.time = time
    }

    /// Applies one change, or says why not. Errors thrown are the database's and end the transaction.
    mutating func apply(_ change: StockChange) throws -> Result<UpdateOutcome, StoreError> {
        if let earlier = try earlierRefusal(of: change) { return earlier }
        guard var book = try follow(change.item), !book.isRetired else {
            return try earlierMovement(of: change) ?? .failure(.unknownItem(change.item))
        }
        // Both are far from the limits of the type: `StockChange.unitsMax`, `Book.stockMax`.
        var stock = book.stock + (change.units ?? 0)
        if PlantedBug.isOn(.dropsStockCondition) { stock = max(stock, 0) }
        guard (0...Book.stockMax).contains(stock) else {
            if let earlier = try earlierMovement(of: change) { return earlier }
            if let units = change.units, units > 0 {
                return .failure(.invalid("the stock would pass \(Book.stockMax)"))
            }
            guard try remember(change) else { return .failure(.overloaded(.refusalsFull)) }
            return .success(.refused(replayed: false))
        }
        if let limit = change.priceMax, book.price > limit {
            // A key that has sold already gets its sale, whatever it may cost now.
            let earlier = try earlierMovement(of: change)
            return earlier ?? .failure(.aboveLimit(change.item, price: book.price, limit: limit))
        }
        let sale = change.isSale ? lastSale + 1 : nil
        book.price = change.price ?? book.price
        // A key that is there already leaves the ledger as it is; which key that was is asked afterwards.
        guard try write(.update(change), leaving: stock, of: &book, sale: sale) else {
            if let earlier = try earlierMovement(of: change) { return earlier }
            throw LedgerFault("a key is taken by no movement")
        }
        book.sold += change.isSale ? 1 : 0
        keep(book, of: change.item)
        return .success(.applied(sale: sale.map(position), replayed: false))
    }

    /// Writes a movement of a book that is followed; false where its key is taken.
    mutating func write(
        _ entry: LedgerEntry, leaving stock: Int64, of book: inout LedgerBook, sale: Int64?
    ) throws -> Bool {
        let state = (price: book.price, stock: stock)
        let key = entry.change.key?.text
        guard try insert(entry, state: state, previous: book.lastMovement, key: key, sale: sale) else {
            return false
        }
        if !book.isRetired { shelf.states[entry.item] = state }
        lastSale = sale ?? lastSale
        book.previousMovement = book.lastMovement
        book.lastMovement = lastMovement
        book.stock = stock
        return true
    }

    /// Follows a book as its last change has left it.
    mutating func keep(_ book: LedgerBook, of item: ItemNumber) {
        followed[item] = book
        unwritten.insert(item)
    }

    /// Writes a movement of a book that is changed in the database itself, and notes what it leaves.
    ///
    /// - Parameters:
    ///   - inShop: whether the book is in the shop afterwards.
    ///   - previous: the book's movement before it.
    mutating func record(_ entry: LedgerEntry, leaving book: Book, inShop: Bool, previous: Int64) throws {
        followed[book.item] = nil
        _ = try insert(entry, state: (book.price, book.stock), previous: previous, key: nil, sale: nil)
        switch entry {
        case .added: shelf.add(book)
        case .retired: shelf.retire(book.item)
        default: if inShop { shelf.show(book) }
        }
    }

    /// Follows a book as the tables have it, so that it need not be read for the change that comes next.
    mutating func follow(_ found: BookDetails) {
        followed[found.book.item] = LedgerBook(
            stock: found.book.stock, price: found.book.price, sold: found.sold, lastMovement: found.version,
            previousMovement: 0, isRetired: found.isRetired)
    }

    /// Writes the books as the changes so far leave them.
    mutating func writeBooks() throws {
        let items = unwritten
        unwritten = []
        for item in items {
            if let book = followed[item] { try tables.write(book, of: item) }
        }
    }

    /// A book as the batch has it so far; nil for an unknown one.
    mutating func follow(_ item: ItemNumber) throws -> LedgerBook? {
        if let book = followed[item] { return book }
        let book = try tables.book(item)
        followed[item] = book
        return book
    }

    /// Writes a movement; false where its key is taken.
    private mutating func insert(
        _ entry: LedgerEntry, state: (price: Cents, stock: Int64), previous: Int64, key: String?, sale: Int64?
    ) throws -> Bool {
        var movement = LedgerMovement(
            sequence: lastMovement + 1, kind: MovementKind(entry), change: entry.change, key: key, sale: sale,
            atMillis: time.millis, stockAfter: state.stock, priceAfter: state.price, previous: previous)
        if try !tables.insert(movement) {
            guard Self.takesKeyAgain(entry), let key else { return false }
            movement.key = "\(key)~\(lastMovement)"
            _ = try tables.insert(movement)
        }
        lastMovement += 1
        executed.append(entry)
        return true
    }

    private static func takesKeyAgain(_ entry: LedgerEntry) -> Bool {
        if case .order = entry, PlantedBug.isOn(.sellsSecondBasket) { return true }
        return PlantedBug.isOn(.skipsKeyCheck)
    }

    // MARK: Keys

    /// What an earlier change with the same key came to in the ledger; nil when there was none.
    private mutating func earlierMovement(
        of change: StockChange
    ) throws -> Result<UpdateOutcome, StoreError>? {
        guard let key = Self.key(of: change), let earlier = try tables.change(under: key) else { return nil }
        return Self.earlier(
            .applied(sale: earlier.sale.map(position), replayed: true), isSame: earlier.isOf(change))
    }

    /// The refusal that an earlier change with the same key got; nil when there was none.
    private mutating func earlierRefusal(
        of change: StockChange
    ) throws -> Result<UpdateOutcome, StoreError>? {
        guard let key = Self.key(of: change), let refusal = try tables.refusal(under: key) else { return nil }
        let outcome =
            PlantedBug.isOn(.answersSuccessForRefusedKey)
            ? UpdateOutcome.applied(sale: nil, replayed: true) : .refused(replayed: true)
        return Self.earlier(outcome, isSame: refusal.isOf(change))
    }

    /// The key under which an earlier change is looked for.
    private static func key(of change: StockChange) -> IdempotencyKey? {
        PlantedBug.isOn(.skipsKeyCheck) ? nil : change.key
    }

    /// What an earlier change says of one with its key: a key is good for one change only.
    private static func earlier(
        _ outcome: UpdateOutcome, isSame: Bool
    ) -> Result<UpdateOutcome, StoreError> {
        isSame || PlantedBug.isOn(.ignoresOtherItemOfKey) ? .success(outcome) : .failure(.keyReused)
    }

    func position(_ number: Int64) -> SalePosition { SalePosition(ledger: ledger, number: number) }

    /// Remembers a refusal, so that the key gets the same answer when there is stock again; false when that is not
    /// possible.
    mutating func remember(_ change: StockChange) throws -> Bool {
        guard let key = change.key, !PlantedBug.isOn(.forgetsRefusals) else { return true }
        return try tables.remember(change, key: key, atMillis: time.millis)
    }
}
