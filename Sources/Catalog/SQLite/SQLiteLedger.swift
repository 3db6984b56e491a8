internal import Foundation
internal import GRDB
internal import Model
internal import Storage

/// The ledger's tables in SQLite, inside the transaction of one batch.
struct SQLiteLedger: LedgerTables {
    let database: Database
    /// Refused changes, by their keys.
    var refusals: RefusalWriter
    // Prepared once for the whole batch.
    private let selectBook: HotStatement
    private let updateBook: HotStatement
    private let insertMovement: HotStatement
    private let movementOfKey: HotStatement

    init(in database: Database, refusals: RefusalWriter) throws {
        self.database = database
        self.refusals = refusals
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
            database,
            sql: "SELECT item_number, units, price_cents, sale, kind FROM movement WHERE order_key = ?")
    }

    func book(_ item: ItemNumber) throws -> LedgerBook? {
        selectBook.bind(1, item.value)
        return try selectBook.first { row -> LedgerBook? in
            guard let stock = row[0], let price = row[1].flatMap({ Cents($0) }), let sold = row[2],
                let last = row[3], let previous = row[4]
            else { return nil }
            return LedgerBook(
                stock: stock, price: price, sold: sold, lastMovement: last, previousMovement: previous,
                isRetired: row[5] != 0)
        } ?? nil
    }

    func write(_ book: LedgerBook, of item: ItemNumber) throws {
        updateBook.bind(1, book.stock)
        updateBook.bind(2, book.price.amount)
        updateBook.bind(3, book.sold)
        updateBook.bind(4, book.lastMovement)
        updateBook.bind(5, book.previousMovement)
        updateBook.bind(6, item.value)
        guard try updateBook.run() == 1 else { throw LedgerFault("book \(item) is no longer there") }
    }

    /// The key's uniqueness is the insert's own conflict, not a question before it.
    func insert(_ movement: LedgerMovement) throws -> Bool {
        insertMovement.bind(1, movement.sequence)
        insertMovement.bind(2, movement.change.item.value)
        insertMovement.bind(3, movement.change.units)
        insertMovement.bind(4, movement.change.price?.amount)
        insertMovement.bind(5, movement.stockAfter)
        insertMovement.bind(6, movement.key)
        insertMovement.bind(7, movement.sale)
        insertMovement.bind(8, movement.atMillis)
        insertMovement.bind(9, movement.kind.rawValue)
        insertMovement.bind(10, movement.priceAfter.amount)
        insertMovement.bind(11, movement.previous)
        return try insertMovement.run() == 1
    }

    func change(under key: IdempotencyKey) throws -> KeyedChange? {
        movementOfKey.bind(1, key.text)
        return try movementOfKey.first {
            KeyedChange(
                item: $0[0] ?? 0, units: $0[1], priceCents: $0[2], sale: $0[3], kind: $0[4] ?? 0)
        }
    }

    func refusal(under key: IdempotencyKey) throws -> Refusal? { try refusals.find(key) }

    mutating func remember(_ change: StockChange, key: IdempotencyKey, atMillis: Int64) throws -> Bool {
        try refusals.remember(change, key: key, atMillis: atMillis)
    }

    // MARK: Orders

    func add(_ order: PlacedOrder, from movement: Int64) throws {
        try OrderRows.insert(order, from: movement, in: database)
    }

    func order(_ number: Int64) throws -> PlacedOrder? { try OrderRows.find(number, in: database) }

    func write(_ step: LedgerStep) throws { try OrderRows.write(step, in: database) }

    func forgetContact(of order: Int64) throws {
        try database.execute(sql: "DELETE FROM order_contact WHERE order_number = ?", arguments: [order])
    }

    func write(_ basket: BasketChange, at time: Timestamp) throws {
        try BasketRows.write(basket, at: time, in: database)
    }

    func write(_ settings: SettingsChange, at time: Timestamp) throws {
        try SettingRows.write(settings, at: time, in: database)
    }

    // MARK: What storekeepers ask for

    func beginRequest() throws { try database.execute(sql: "SAVEPOINT request") }

    func endRequest() throws { try database.execute(sql: "RELEASE request") }

    func undoRequest() throws { try database.execute(sql: "ROLLBACK TO request; RELEASE request") }

    func details(of item: ItemNumber) throws -> BookDetails? { try CatalogRow.find(item, in: database) }

    func add(_ books: [Book], firstMovement: Int64) throws -> [ItemNumber] {
        var taken: [ItemNumber] = []
        for (index, book) in books.enumerated()
        where try !CatalogRow.insert(book, addedBy: firstMovement + Int64(index), in: database) {
            taken.append(book.item)
        }
        return taken
    }

    func write(isRetired: Bool, of item: ItemNumber, movement: Int64) throws {
        try database.execute(
            sql: """
                UPDATE book SET retired = ?, previous_movement = last_movement, last_movement = ?
                WHERE item_number = ?
                """, arguments: [isRetired, movement, item.value])
    }

    func write(_ edits: [LedgerEdit]) throws {
        for edit in edits { try write(edit) }
    }

    private func write(_ edit: LedgerEdit) throws {
        let (book, item) = (edit.book, edit.book.item.value)
        try CatalogRow.insert(edit.changes, of: edit.movement, in: database)
        if edit.isRenamed {
            try database.cachedStatement(
                sql: """
                    UPDATE book SET opening_title = ifnull(opening_title, title),
                        opening_topic = ifnull(opening_topic, topic), title = ?, topic = ?
                    WHERE item_number = ?
                    """
            ).execute(arguments: [book.title, book.topic, item])
        }
        try database.cachedStatement(
            sql: """
                UPDATE book SET previous_movement = last_movement, last_movement = ? WHERE item_number = ?
                """
        ).execute(arguments: [edit.movement, item])
        if let facts = edit.facts { try CatalogRow.write(facts, of: edit.book.item, in: database) }
    }

    func keep(_ cover: Cover) throws {
        try database.execute(
            sql: "INSERT INTO cover (digest, image) VALUES (?, ?) ON CONFLICT DO NOTHING",
            arguments: [cover.digest, Data(cover.image)])
    }

    func hasCover(_ digest: String) throws -> Bool {
        try Int.fetchOne(database, sql: "SELECT 1 FROM cover WHERE digest = ?", arguments: [digest]) != nil
    }

    func freeNumber(from number: Int64) throws -> Int64? {
        let statement = try database.cachedStatement(
            sql: """
                SELECT CASE
                    WHEN NOT EXISTS (SELECT 1 FROM book WHERE item_number = ?1) THEN ?1
                    ELSE (
                        SELECT taken.item_number + 1 FROM book AS taken
                        WHERE taken.item_number >= ?1 AND NOT EXISTS (
                            SELECT 1 FROM book WHERE item_number = taken.item_number + 1)
                        ORDER BY taken.item_number LIMIT 1)
                END
                """)
        return try Int64.fetchOne(statement, arguments: [number])
    }

    func note(_ request: KeeperRequest, first: Int64, last: Int64) throws {
        try database.execute(
            sql: """
                INSERT INTO keeper_request (first_sequence, last_sequence, request_key, actor, reason)
                VALUES (?, ?, ?, ?, ?)
                """, arguments: [first, last, request.key?.text, request.actor, request.reason])
    }

    func entries(ofRequest key: IdempotencyKey) throws -> [LedgerEntry]? {
        let bounds = try Row.fetchOne(
            database, sql: "SELECT first_sequence, last_sequence FROM keeper_request WHERE request_key = ?",
            arguments: [key.text])
        return try bounds.map { try CatalogRow.entries(from: $0[0], through: $0[1], in: database) }
    }
}
