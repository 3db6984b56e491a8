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
    private let log: Int64
    /// Books as they were read; nil for a number that no book has.
    private var books: [ItemNumber: LedgerBook?] = [:]
    /// Movements under the keys that were asked for; nil under a new one.
    private var keyed: [IdempotencyKey: KeyedChange?] = [:]
    // What is not written yet.
    private var movements: [LedgerMovement] = []
    private var changedBooks: [ItemNumber: LedgerBook] = [:]

    /// Begins the transaction.
    init(
        _ changes: [CatalogChange], on connection: PostgresConnection, log: Int64, refusals: PostgresRefusals
    ) throws {
        let changes = changes.compactMap { if case .update(let change) = $0 { change } else { nil } }
        let items = Set(changes.map(\.item))
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
            SELECT order_key, item_number, units, price_cents, sale FROM movement
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
            item: row[1], units: row.int(2), priceCents: row.int(3), sale: row.int(4))
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
                priceCents: movement.change.price?.amount, sale: movement.sale)
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
        defer { (movements, changedBooks) = ([], [:]) }
        return (movements.isEmpty ? [] : [Self.insertion(movements, logs: movements.map { _ in log })])
            + (changedBooks.isEmpty ? [] : [update])
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

    // MARK: What storekeepers ask for

    /// Reads a book anew when it is asked for again.
    mutating func forget(_ item: ItemNumber) { books[item] = nil }

    mutating func beginRequest() throws {
        try flush()
        try connection.run([
            // Between the statements of a file of books passes more time than between those of a purchase.
            PostgresStatement("SET LOCAL idle_in_transaction_session_timeout = '10s'"),
            PostgresStatement("SAVEPOINT request"),
        ])
    }

    mutating func endRequest() throws {
        try flush()
        try connection.run("RELEASE SAVEPOINT request")
    }

    func undoRequest() throws {
        let statements = ["ROLLBACK TO SAVEPOINT request", "RELEASE SAVEPOINT request"]
        try connection.run(statements.map { PostgresStatement($0) })
    }

    mutating func details(of item: ItemNumber) throws -> BookDetails? {
        try flush()
        return try PostgresCatalogRow.find(item, on: connection)
    }

    mutating func add(_ books: [Book], firstMovement: Int64) throws -> [ItemNumber] {
        try flush()
        for book in books { self.books[book.item] = nil }
        let added = try run(PostgresCatalogRow.insertion(books, addedBy: firstMovement))
        guard added.count < books.count else { return [] }
        let numbers = Set(added.map { $0[0] })
        return books.map(\.item).filter { !numbers.contains($0.value) }
    }

    mutating func write(isRetired: Bool, of item: ItemNumber, movement: Int64) throws {
        try flush()
        books[item] = nil
        try connection.run(
            """
            UPDATE book SET retired = $1::bigint <> 0, previous_movement = last_movement, last_movement = $2::bigint
            WHERE item_number = $3::bigint
            """, [.int(isRetired ? 1 : 0), .int(movement), .int(item.value)])
    }

    mutating func write(_ edits: [LedgerEdit]) throws {
        try flush()
        for edit in edits { books[edit.book.item] = nil }
        try connection.run(
            [PostgresCatalogRow.insertion(edits.map { ($0.movement, $0.changes) }), Self.update(edits)]
                + PostgresCatalogRow.writing(
                    edits.compactMap { edit in edit.facts.map { (edit.book.item, $0) } }))
    }

    /// The statement that says of books what edits have made of them, each named once.
    private static func update(_ edits: [LedgerEdit]) -> PostgresStatement {
        PostgresStatement(
            """
            UPDATE book SET
                opening_title = CASE WHEN renamed <> 0 THEN coalesce(opening_title, book.title) ELSE opening_title END,
                opening_topic = CASE WHEN renamed <> 0 THEN coalesce(opening_topic, book.topic) ELSE opening_topic END,
                title = now.title, topic = now.topic, previous_movement = last_movement, last_movement = now.movement
            FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::bigint[])
                AS now (item, title, topic, movement, renamed)
            WHERE item_number = now.item
            """,
            [
                .ints(edits.map(\.book.item.value)), .texts(edits.map(\.book.title)),
                .texts(edits.map(\.book.topic)), .ints(edits.map(\.movement)),
                .ints(edits.map { $0.isRenamed ? 1 : 0 }),
            ])
    }

    func keep(_ cover: Cover) throws { try PostgresCovers.keep(cover, on: connection) }

    func hasCover(_ digest: String) throws -> Bool { try PostgresCovers.has(digest, on: connection) }

    mutating func freeNumber(from number: Int64) throws -> Int64? {
        try flush()
        return try connection.run(
            """
            SELECT CASE
                WHEN NOT EXISTS (SELECT FROM book WHERE item_number = $1::bigint) THEN $1::bigint
                ELSE (
                    SELECT taken.item_number + 1 FROM book AS taken
                    WHERE taken.item_number >= $1::bigint AND NOT EXISTS (
                        SELECT FROM book WHERE item_number = taken.item_number + 1)
                    ORDER BY taken.item_number LIMIT 1)
            END
            """, [.int(number)])[0].int(0)
    }

    mutating func note(_ request: KeeperRequest, first: Int64, last: Int64) throws {
        try flush()
        try connection.run(
            """
            INSERT INTO keeper_request (first_sequence, last_sequence, request_key, actor, reason)
            VALUES ($1::bigint, $2::bigint, $3::text, $4::text, $5::text)
            """,
            [.int(first), .int(last), .text(request.key?.text), .text(request.actor), .text(request.reason)])
    }

    mutating func entries(ofRequest key: IdempotencyKey) throws -> [LedgerEntry]? {
        try flush()
        let bounds = try connection.run(
            "SELECT first_sequence, last_sequence FROM keeper_request WHERE request_key = $1::text",
            [.text(key.text)])
        guard let bounds = bounds.first else { return nil }
        return try connection.run(
            """
            SELECT \(PostgresCatalogRow.entryColumns) FROM movement JOIN book USING (item_number)
            WHERE sequence BETWEEN $1::bigint AND $2::bigint ORDER BY sequence
            """, [.int(bounds[0]), .int(bounds[1])]
        ).map { try PostgresCatalogRow.entry($0) }
    }
}
