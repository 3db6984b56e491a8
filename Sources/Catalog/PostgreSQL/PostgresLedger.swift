internal import Model
internal import Storage

/// The ledger's tables in PostgreSQL, inside the transaction of one batch.
///
/// A batch takes two round trips: one locks the ledger's head and reads what its changes are about, the other writes
/// all of it and commits. A statement that has waited for a lock sees what was there when it began to wait, so the
/// head is locked by one statement and everything else read by the next ones. What storekeepers ask for is rare and
/// takes round trips of its own.
struct PostgresLedger: LedgerTables {
    /// The ledger's identity and the numbers of its last movement and sale.
    let head: (identity: Int64, movement: Int64, sale: Int64)
    var refusals: PostgresRefusals
    let connection: PostgresConnection
    /// The log that has the lines of the batch.
    let log: Int64
    /// Books as they were read; nil for a number that no book has.
    var books: [ItemNumber: LedgerBook?] = [:]
    /// Movements under the keys that were asked for; nil under a new one.
    private var keyed: [IdempotencyKey: KeyedChange?] = [:]
    // What is not written yet.
    private var movements: [LedgerMovement] = []
    private var changedBooks: [ItemNumber: LedgerBook] = [:]
    private var orders: [(order: PlacedOrder, movement: Int64)] = []

    /// Begins the transaction.
    init(
        _ changes: [CatalogChange], on connection: PostgresConnection, log: Int64, refusals: PostgresRefusals
    ) throws {
        let items = changes.reduce(into: Set()) { $0.formUnion($1.items) }
        let keys = Set(changes.compactMap(\.key))
        self.connection = connection
        self.log = log
        self.refusals = refusals
        let rows = try connection.run([
            PostgresStatement("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"),
            PostgresStatement("SELECT identity, sequence, sale FROM ledger FOR UPDATE"),
            Self.selection(items), Self.selection(keys), refusals.question(Array(keys)),
        ])
        guard let head = rows[1].first else { throw LedgerFault("the ledger has no head") }
        self.head = (head[0], head[1], head[2])
        for item in items { books.updateValue(nil, forKey: item) }
        for key in keys { keyed.updateValue(nil, forKey: key) }
        for row in rows[2] { take(book: row) }
        for row in rows[3] { take(change: row) }
        self.refusals.take(rows[4])
    }

    private static func selection(_ items: Set<ItemNumber>) -> PostgresStatement {
        PostgresStatement(
            """
            SELECT item_number, stock, price_cents, sold, last_movement, previous_movement, retired
            FROM book WHERE item_number = ANY($1::bigint[])
            """, [.ints(items.map(\.value))])
    }

    private static func selection(_ keys: Set<IdempotencyKey>) -> PostgresStatement {
        PostgresStatement(
            """
            SELECT order_key, item_number, units, price_cents, sale, kind FROM movement
            WHERE order_key = ANY($1::text[]) AND order_key IS NOT NULL
            """, [.texts(keys.map(\.text))])
    }

    private mutating func take(book row: PostgresRows.Row) {
        guard let item = ItemNumber(row[0]), let price = Cents(row[2]) else { return }
        books[item] = LedgerBook(
            stock: row[1], price: price, sold: row[3], lastMovement: row[4], previousMovement: row[5],
            isRetired: row.bool(6))
    }

    private mutating func take(change row: PostgresRows.Row) {
        keyed[IdempotencyKey(trusted: row.text(0) ?? "")] = KeyedChange(
            item: row[1], units: row.int(2), priceCents: row.int(3), sale: row.int(4), kind: row[5])
    }

    // MARK: Changes

    mutating func book(_ item: ItemNumber) throws -> LedgerBook? {
        if let book = books[item] { return book }
        try flush()
        books.updateValue(nil, forKey: item)
        for row in try run(Self.selection([item])) { take(book: row) }
        return books[item] ?? nil
    }

    mutating func write(_ book: LedgerBook, of item: ItemNumber) throws {
        changedBooks[item] = book
        books[item] = book
    }

    mutating func insert(_ movement: LedgerMovement) throws -> Bool {
        if let key = movement.key.map({ IdempotencyKey(trusted: $0) }) {
            guard try change(under: key) == nil else { return false }
            keyed[key] = KeyedChange(
                item: movement.change.item.value, units: movement.change.units,
                priceCents: movement.change.price?.amount, sale: movement.sale, kind: movement.kind.rawValue)
        }
        movements.append(movement)
        return true
    }

    mutating func change(under key: IdempotencyKey) throws -> KeyedChange? {
        if let change = keyed[key] { return change }
        try flush()
        keyed.updateValue(nil, forKey: key)
        for row in try run(Self.selection([key])) { take(change: row) }
        return keyed[key] ?? nil
    }

    func refusal(under key: IdempotencyKey) -> Refusal? { refusals.find(key) }

    mutating func remember(_ change: StockChange, key: IdempotencyKey, atMillis: Int64) -> Bool {
        refusals.remember(change, key: key, atMillis: atMillis)
    }

    // MARK: Writing

    /// Writes everything and commits.
    ///
    /// - Parameter mark: the statement that stores the log's mark.
    mutating func end(movement: Int64, sale: Int64, mark: PostgresStatement) throws {
        let head = PostgresStatement(
            "UPDATE ledger SET sequence = $1::bigint, sale = $2::bigint", [.int(movement), .int(sale)])
        try PostgresDatabase.end(takeUnwritten() + refusals.statements() + [head, mark], on: connection)
    }

    mutating func flush() throws {
        let statements = takeUnwritten()
        if !statements.isEmpty { try connection.run(statements) }
    }

    func run(_ statement: PostgresStatement) throws -> PostgresRows {
        try connection.run([statement])[0]
    }

    private mutating func takeUnwritten() -> [PostgresStatement] {
        defer { (movements, changedBooks, orders) = ([], [:], []) }
        return (movements.isEmpty ? [] : [Self.insertion(movements, logs: movements.map { _ in log })])
            + PostgresOrderRows.insertion(orders) + (changedBooks.isEmpty ? [] : [update])
    }

    /// The statement that writes movements, each with the log that has its line.
    static func insertion(_ movements: [LedgerMovement], logs: [Int64]) -> PostgresStatement {
        PostgresStatement(
            """
            INSERT INTO movement (
                sequence, item_number, units, price_cents, stock_after, price_after, order_key, sale, kind, previous,
                at_millis, log)
            SELECT * FROM unnest(
                $1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::text[],
                $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[])
            """,
            [
                .ints(movements.map(\.sequence)), .ints(movements.map(\.change.item.value)),
                .ints(movements.map(\.change.units)), .ints(movements.map(\.change.price?.amount)),
                .ints(movements.map(\.stockAfter)), .ints(movements.map(\.priceAfter.amount)),
                .texts(movements.map(\.key)), .ints(movements.map(\.sale)),
                .ints(movements.map(\.kind.rawValue)), .ints(movements.map(\.previous)),
                .ints(movements.map(\.atMillis)), .ints(logs),
            ])
    }

    private var update: PostgresStatement {
        let items = Array(changedBooks.keys)
        let books = items.compactMap { changedBooks[$0] }
        return PostgresStatement(
            """
            UPDATE book SET stock = now.stock, price_cents = now.price, sold = now.sold, last_movement = now.last,
                previous_movement = now.previous
            FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[])
                AS now (item, stock, price, sold, last, previous)
            WHERE item_number = now.item
            """,
            [
                .ints(items.map(\.value)), .ints(books.map(\.stock)), .ints(books.map(\.price.amount)),
                .ints(books.map(\.sold)), .ints(books.map(\.lastMovement)),
                .ints(books.map(\.previousMovement)),
            ])
    }

    // MARK: Orders

    mutating func add(_ order: PlacedOrder, from movement: Int64) { orders.append((order, movement)) }

    mutating func order(_ number: Int64) throws -> PlacedOrder? {
        try flush()
        return try PostgresOrderRows.find([number], on: connection).first
    }

    mutating func write(_ step: LedgerStep) throws {
        try flush()
        try connection.run(PostgresOrderRows.writing(step))
    }

    mutating func forgetContact(of order: Int64) throws {
        try flush()
        try connection.run("DELETE FROM order_contact WHERE order_number = $1::bigint", [.int(order)])
    }

    func write(_ basket: BasketChange, at time: Timestamp) throws {
        try connection.run(PostgresBasketRows.writing(basket, at: time))
    }

    func write(_ settings: SettingsChange, at time: Timestamp) throws {
        try connection.run(PostgresSettingRows.writing(settings, at: time))
    }
}
