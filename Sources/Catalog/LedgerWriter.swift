internal import Foundation
internal import GRDB
internal import Model

/// Applies changes to the database one by one inside a transaction.
struct LedgerWriter {
    private let ledger: Int64
    private(set) var lastMovement: Int64
    private(set) var lastSale: Int64
    /// What the changed books are after the transaction.
    private(set) var states: [ItemNumber: (price: Cents, stock: Int64)] = [:]
    /// Books that are new after it.
    private(set) var added: [Book] = []
    /// Books that are out of the shop after it.
    private(set) var retired: Set<ItemNumber> = []
    /// The changes executed, in order.
    private(set) var executed: [LedgerEntry] = []
    private let atMillis = Int64(Date().timeIntervalSince1970 * 1000)

    init(ledger: Int64, lastMovement: Int64, lastSale: Int64) {
        self.ledger = ledger
        self.lastMovement = lastMovement
        self.lastSale = lastSale
    }

    /// Applies one change, or says why not. Errors thrown are the database's and end the transaction.
    mutating func apply(
        _ change: StockChange, in database: Database, isKnown: (ItemNumber) -> Bool
    ) throws -> Result<UpdateOutcome, StoreError> {
        var storedKey = change.key?.text
        if let key = change.key, let earlier = try earlierOutcome(of: key, change: change, in: database) {
            guard PlantedBug.isOn(.skipsKeyCheck) else { return earlier }
            storedKey = "\(key)~\(lastMovement)"
        }
        guard isKnown(change.item), !retired.contains(change.item) else {
            return .failure(.unknownItem(change.item))
        }
        // Check and change in one statement: the condition and the new stock cannot come apart.
        let update = try database.cachedStatement(
            sql: PlantedBug.isOn(.dropsStockCondition)
                ? """
                UPDATE book SET stock = max(stock + ?2, 0), price_cents = ifnull(?3, price_cents),
                    previous_movement = last_movement, last_movement = ?4, sold = sold + ?5
                WHERE item_number = ?1
                RETURNING stock, price_cents, previous_movement
                """
                : """
                UPDATE book SET stock = stock + ?2, price_cents = ifnull(?3, price_cents),
                    previous_movement = last_movement, last_movement = ?4, sold = sold + ?5
                WHERE item_number = ?1 AND stock + ?2 BETWEEN 0 AND \(Book.stockMax)
                RETURNING stock, price_cents, previous_movement
                """)
        let row = try Row.fetchOne(
            update,
            arguments: [
                change.item.value, change.units ?? 0, change.price?.amount, lastMovement + 1,
                change.isSale ? 1 : 0,
            ])
        guard let row, let price = Cents(row[1] as Int64) else {
            if let units = change.units, units > 0 {
                return .failure(.invalid("the stock would pass \(Book.stockMax)"))
            }
            if let key = change.key { try record(refusalOf: change, key: key, in: database) }
            return .success(.refused(replayed: false))
        }
        if change.isSale { lastSale += 1 }
        let sale = change.isSale ? lastSale : nil
        try record(
            .update(change), state: (price, row[0]), previous: row[2], key: storedKey, sale: sale,
            in: database)
        return .success(.applied(sale: sale.map(position), replayed: false))
    }

    /// Writes a movement and notes what it leaves.
    mutating func record(
        _ entry: LedgerEntry, state: (price: Cents, stock: Int64), previous: Int64, key: String? = nil,
        sale: Int64? = nil, in database: Database
    ) throws {
        lastMovement += 1
        let insert = try database.cachedStatement(
            sql: """
                INSERT INTO movement
                    (sequence, item_number, units, price_cents, stock_after, order_key, sale, at_millis,
                     kind, price_after, previous)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)
        let change = entry.change
        insert.setUncheckedArguments([
            lastMovement, change.item.value, change.units, change.price?.amount, state.stock, key, sale,
            atMillis, CatalogSchema.MovementKind(entry).rawValue, state.price.amount, previous,
        ])
        try insert.execute()
        switch entry {
        case .update: states[change.item] = state
        case .added(let book): added.append(book)
        case .retired(let item): retired.insert(item)
        }
        executed.append(entry)
    }

    /// What an earlier change with the same key came to; nil when there was none.
    private func earlierOutcome(
        of key: IdempotencyKey, change: StockChange, in database: Database
    ) throws -> Result<UpdateOutcome, StoreError>? {
        let statement = try database.cachedStatement(
            sql: """
                SELECT item_number, units, price_cents, sale, 1 FROM movement WHERE order_key = ?1
                UNION ALL
                SELECT item_number, units, price_cents, NULL, 0 FROM refusal WHERE order_key = ?1
                """)
        guard let row = try Row.fetchOne(statement, arguments: [key.text]) else { return nil }
        guard
            row[0] == change.item.value && row[1] == change.units && row[2] == change.price?.amount
                || PlantedBug.isOn(.ignoresOtherItemOfKey)
        else { return .failure(.keyReused) }
        guard row[4] || PlantedBug.isOn(.answersSuccessForRefusedKey) else {
            return .success(.refused(replayed: true))
        }
        return .success(.applied(sale: (row[3] as Int64?).map(position), replayed: true))
    }

    private func position(_ number: Int64) -> SalePosition { SalePosition(ledger: ledger, number: number) }

    /// Remembers a refusal, so that the key gets the same answer when there is stock again.
    private func record(refusalOf change: StockChange, key: IdempotencyKey, in database: Database) throws {
        if PlantedBug.isOn(.forgetsRefusals) { return }
        let statement = try database.cachedStatement(
            sql: """
                INSERT INTO refusal (order_key, item_number, units, price_cents, at_millis)
                VALUES (?, ?, ?, ?, ?)
                """)
        statement.setUncheckedArguments([
            key.text, change.item.value, change.units, change.price?.amount, atMillis,
        ])
        try statement.execute()
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
