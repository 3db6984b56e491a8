internal import Foundation
internal import GRDB
internal import Model
internal import Storage

/// Applies the changes of one batch inside its transaction.
///
/// A batch often sells one title many times. So what its books are is followed here: each is read once and
/// written once, and a change costs one statement, the ledger's. Whoever reads books from the database inside
/// the transaction calls ``writeBooks(in:)`` first.
struct LedgerWriter {
    /// A book as the batch leaves it.
    private struct Followed {
        var stock: Int64
        var price: Cents
        var sold: Int64
        var lastMovement: Int64
        var previousMovement: Int64
        let isRetired: Bool
    }

    private let ledger: Int64
    private(set) var lastMovement: Int64
    private(set) var lastSale: Int64
    /// Every number below it is taken.
    var lowestFree: Int64
    /// Refused changes, by their keys.
    var refusals: RefusalWriter
    /// What the transaction changes of the books in the shop.
    private(set) var shelf = ShelfChanges()
    /// The changes executed, in order.
    private(set) var executed: [LedgerEntry] = []
    private var followed: [ItemNumber: Followed] = [:]
    private var unwritten: Set<ItemNumber> = []
    private let atMillis = Int64(Date().timeIntervalSince1970 * 1000)
    private let statements: LedgerStatements

    init(
        in database: Database, ledger: Int64, after tail: CatalogStore.Tail, refusals: RefusalWriter
    ) throws {
        self.ledger = ledger
        lastMovement = tail.movement
        lastSale = tail.sale
        lowestFree = tail.lowestFree
        self.refusals = refusals
        statements = try LedgerStatements(in: database)
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
            guard try recordRefusal(of: change) else { return .failure(.overloaded(.refusalsFull)) }
            return .success(.refused(replayed: false))
        }
        if let limit = change.priceMax, book.price > limit {
            // A key that has sold already gets its sale, whatever it may cost now.
            let earlier = try earlierMovement(of: change)
            return earlier ?? .failure(.aboveLimit(change.item, price: book.price, limit: limit))
        }
        let state = (price: change.price ?? book.price, stock: stock)
        let sale = change.isSale ? lastSale + 1 : nil
        // A key that is there already leaves the ledger as it is; which key that was is asked afterwards.
        guard
            try insert(
                .update(change), state: state, previous: book.lastMovement, key: change.key?.text, sale: sale)
        else {
            if let earlier = try earlierMovement(of: change) { return earlier }
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "a key is taken by no movement")
        }
        lastSale = sale ?? lastSale
        book.previousMovement = book.lastMovement
        book.lastMovement = lastMovement
        book.stock = state.stock
        book.price = state.price
        book.sold += change.isSale ? 1 : 0
        followed[change.item] = book
        unwritten.insert(change.item)
        return .success(.applied(sale: sale.map(position), replayed: false))
    }

    /// Writes a movement of a book that was changed in the database itself, and notes what it leaves.
    mutating func record(
        _ entry: LedgerEntry, state: (price: Cents, stock: Int64), previous: Int64
    ) throws {
        followed[entry.change.item] = nil
        _ = try insert(entry, state: state, previous: previous, key: nil, sale: nil)
    }

    /// Writes the books as the changes so far leave them.
    mutating func writeBooks(in database: Database) throws {
        let items = unwritten
        unwritten = []
        for item in items {
            guard let book = followed[item] else { continue }
            let update = statements.updateBook
            update.bind(1, book.stock)
            update.bind(2, book.price.amount)
            update.bind(3, book.sold)
            update.bind(4, book.lastMovement)
            update.bind(5, book.previousMovement)
            update.bind(6, item.value)
            guard try update.run() == 1 else {
                throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "book \(item) is no longer there")
            }
        }
    }

    /// A book as the batch has it so far; nil for an unknown one.
    private mutating func follow(_ item: ItemNumber) throws -> Followed? {
        if let book = followed[item] { return book }
        statements.selectBook.bind(1, item.value)
        let book = try statements.selectBook.first { row -> Followed? in
            guard let stock = row[0], let price = row[1].flatMap({ Cents($0) }), let sold = row[2],
                let last = row[3], let previous = row[4]
            else { return nil }
            return Followed(
                stock: stock, price: price, sold: sold, lastMovement: last, previousMovement: previous,
                isRetired: row[5] != 0)
        }
        followed[item] = book ?? nil
        return book ?? nil
    }

    /// Writes a movement and notes what it leaves; false where its key is taken.
    private mutating func insert(
        _ entry: LedgerEntry, state: (price: Cents, stock: Int64), previous: Int64, key: String?, sale: Int64?
    ) throws -> Bool {
        let change = entry.change
        let insert = statements.insertMovement
        insert.bind(1, lastMovement + 1)
        insert.bind(2, change.item.value)
        insert.bind(3, change.units)
        insert.bind(4, change.price?.amount)
        insert.bind(5, state.stock)
        insert.bind(6, key)
        insert.bind(7, sale)
        insert.bind(8, atMillis)
        insert.bind(9, CatalogSchema.MovementKind(entry).rawValue)
        insert.bind(10, state.price.amount)
        insert.bind(11, previous)
        if try insert.run() == 0 {
            guard PlantedBug.isOn(.skipsKeyCheck), let key else { return false }
            insert.bind(6, "\(key)~\(lastMovement)")
            _ = try insert.run()
        }
        lastMovement += 1
        switch entry {
        case .update: shelf.states[change.item] = state
        case .added(let book): shelf.added.append(book)
        case .retired(let item): shelf.retired.insert(item)
        }
        executed.append(entry)
        return true
    }

    // MARK: Keys

    /// What an earlier change with the same key came to in the ledger; nil when there was none.
    private func earlierMovement(of change: StockChange) throws -> Result<UpdateOutcome, StoreError>? {
        guard let key = Self.key(of: change) else { return nil }
        statements.movementOfKey.bind(1, key.text)
        return try statements.movementOfKey.first { row in
            let isSame =
                row[0] == change.item.value && row[1] == change.units && row[2] == change.price?.amount
            return Self.earlier(.applied(sale: row[3].map(position), replayed: true), isSame: isSame)
        }
    }

    /// The refusal that an earlier change with the same key got; nil when there was none.
    private func earlierRefusal(of change: StockChange) throws -> Result<UpdateOutcome, StoreError>? {
        guard let key = Self.key(of: change), let refusal = try refusals.find(key) else { return nil }
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

    private func position(_ number: Int64) -> SalePosition { SalePosition(ledger: ledger, number: number) }

    /// Remembers a refusal, so that the key gets the same answer when there is stock again; false when that is not
    /// possible.
    private mutating func recordRefusal(of change: StockChange) throws -> Bool {
        guard let key = change.key, !PlantedBug.isOn(.forgetsRefusals) else { return true }
        return try refusals.remember(change, key: key, atMillis: atMillis)
    }
}

extension CatalogSchema.MovementKind {
    init(_ entry: LedgerEntry) {
        switch entry {
        case .update: self = .update
        case .added: self = .added
        case .retired: self = .retired
        }
    }
}

/// The statements of a batch of changes, prepared once for all of it.
private struct LedgerStatements {
    let selectBook: HotStatement
    let updateBook: HotStatement
    let insertMovement: HotStatement
    let movementOfKey: HotStatement

    init(in database: Database) throws {
        selectBook = try HotStatement(
            database,
            sql: """
                SELECT stock, price_cents, sold, last_movement, previous_movement, retired
                FROM book WHERE item_number = ?
                """)
        updateBook = try HotStatement(
            database,
            sql: """
                UPDATE book
                SET stock = ?, price_cents = ?, sold = ?, last_movement = ?, previous_movement = ?
                WHERE item_number = ?
                """)
        insertMovement = try HotStatement(
            database,
            sql: """
                INSERT INTO movement
                    (sequence, item_number, units, price_cents, stock_after, order_key, sale, at_millis,
                     kind, price_after, previous)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (order_key) WHERE order_key IS NOT NULL DO NOTHING
                """)
        movementOfKey = try HotStatement(
            database, sql: "SELECT item_number, units, price_cents, sale FROM movement WHERE order_key = ?")
    }
}
