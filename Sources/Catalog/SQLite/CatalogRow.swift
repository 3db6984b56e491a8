internal import GRDB
internal import Model

/// Rows of the catalog's tables as values. The columns of a book come last in every statement, so
/// this is the one place that knows them all.
enum CatalogRow {
    /// The columns that ``book(_:at:)`` reads.
    ///
    /// - Parameters:
    ///   - price: what is taken for the book's price.
    ///   - stock: what is taken for the book's stock.
    static func bookColumns(price: String = "price_cents", stock: String = "stock") -> String {
        "item_number, title, topic, \(price), \(stock)"
    }

    /// The same with the title and topic that the book came with.
    static func openingColumns(
        price: String = "opening_price_cents", stock: String = "opening_stock"
    ) -> String {
        "item_number, ifnull(opening_title, title), ifnull(opening_topic, topic), \(price), \(stock)"
    }

    /// The book in the columns from `first` on.
    static func book(_ row: Row, at first: Int = 0) throws -> Book {
        let number: Int64 = row[first]
        guard let item = ItemNumber(number), let price = Cents(row[first + 3] as Int64) else {
            throw FileFault(
                path: CatalogStore.fileName, reason: "book \(number) has a number or price out of range")
        }
        return Book(
            item: item, title: row[first + 1], topic: row[first + 2], price: price, stock: row[first + 4])
    }

    private static let insertion = """
        INSERT INTO book (opening_price_cents, opening_stock, added_by, last_movement, \(bookColumns()))
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
        """

    /// Adds a book to the table; false when its number is taken.
    ///
    /// - Parameter movement: the one that adds it, which finds an empty place on the shelf; nil for a book that the store
    ///   is opened with.
    static func insert(_ book: Book, addedBy movement: Int64?, in database: Database) throws -> Bool {
        let statement = try database.cachedStatement(sql: insertion)
        statement.setUncheckedArguments([
            book.price.amount, movement == nil ? book.stock : 0, movement, movement ?? 0,
            book.item.value, book.title, book.topic, book.price.amount, book.stock,
        ])
        try statement.execute()
        return database.changesCount == 1
    }

    /// The columns that ``details(_:)`` reads.
    static let detailColumns = "sold, retired, last_movement, facts, " + bookColumns()
    /// The tables that have them.
    static let detailTables = "book LEFT JOIN book_facts USING (item_number)"

    static func details(_ row: Row) throws -> BookDetails {
        BookDetails(
            book: try book(row, at: 4), sold: row[0], isRetired: row[1], version: row[2],
            facts: try BookFacts(json: row[3]))
    }

    /// A book with its details, retired or not; nil when there never was one.
    static func find(_ item: ItemNumber, in database: Database) throws -> BookDetails? {
        let statement = try database.cachedStatement(
            sql: "SELECT \(detailColumns) FROM \(detailTables) WHERE item_number = ?")
        return try Row.fetchOne(statement, arguments: [item.value]).map(details)
    }

    /// A book that is known to be there.
    static func details(of item: ItemNumber, in database: Database) throws -> BookDetails {
        guard let found = try find(item, in: database) else { throw StoreError.unknownItem(item) }
        return found
    }

    /// Writes what an edit changed, beside its movement.
    static func insert(_ changes: [FieldChange], of movement: Int64, in database: Database) throws {
        try database.cachedStatement(sql: "INSERT INTO edit (sequence, changes) VALUES (?, ?)")
            .execute(arguments: [movement, FieldChange.json(changes)])
    }

    /// Writes what is known of a book.
    static func write(_ facts: BookFacts, of item: ItemNumber, in database: Database) throws {
        guard !facts.isEmpty else {
            return try database.cachedStatement(sql: "DELETE FROM book_facts WHERE item_number = ?")
                .execute(arguments: [item.value])
        }
        try database.cachedStatement(
            sql: """
                INSERT INTO book_facts (item_number, facts) VALUES (?, ?)
                ON CONFLICT DO UPDATE SET facts = excluded.facts
                """
        ).execute(arguments: [item.value, facts.json])
    }

    /// The columns that ``entry(_:at:)`` reads, of `movement` joined with `book`.
    static let entryColumns = """
        book.item_number, movement.item_number, movement.price_cents, movement.units, kind, order_key, \
        \(changes), \(MovementKind.order), \(openingColumns(price: "movement.price_cents", stock: "movement.units"))
        """

    /// What an edit changed, of a row of `movement`; the table is looked at for edits only.
    static let changes = """
        CASE kind WHEN \(MovementKind.edited.rawValue) THEN \
        (SELECT changes FROM edit WHERE edit.sequence = movement.sequence) END
        """

    /// What a movement did, from the columns from `first` on.
    static func entry(_ row: Row, at first: Int = 0) throws -> LedgerEntry {
        guard let item = ItemNumber(row[first + 1] as Int64) else {
            throw FileFault(path: CatalogStore.fileName, reason: "a movement has an item number out of range")
        }
        let kind = MovementKind(rawValue: row[first + 4])
        switch kind {
        case .added:
            guard row[first] as Int64? != nil else {
                throw FileFault(path: CatalogStore.fileName, reason: "the added book \(item) is missing")
            }
            return .added(try book(row, at: first + 8))
        case .retired: return .retired(item)
        case .edited:
            return .edited(BookEdit(item: item, try FieldChange.list(json: row[first + 6] ?? "{}")))
        case .restored: return .restored(item)
        case .placed, .ready, .handedOver, .cancelled, .returned:
            let units: Int64 = row[first + 3] ?? 0
            return .order(
                OrderMovement(
                    order: row[first + 7] ?? 0, state: kind?.orderState ?? .placed, item: item,
                    copies: abs(units), key: (row[first + 5] as String?).map { IdempotencyKey(trusted: $0) }))
        case .update, nil:
            return .update(
                StockChange(
                    item: item, price: (row[first + 2] as Int64?).flatMap { Cents($0) },
                    units: row[first + 3],
                    key: (row[first + 5] as String?).map { IdempotencyKey(trusted: $0) }))
        }
    }

    /// The movements of a stretch of the ledger.
    static func entries(
        from first: Int64, through last: Int64, in database: Database
    ) throws -> [LedgerEntry] {
        try Row.fetchAll(
            database,
            sql: """
                SELECT \(entryColumns) FROM movement JOIN book USING (item_number)
                WHERE sequence BETWEEN ? AND ? ORDER BY sequence
                """, arguments: [first, last]
        ).map { try entry($0) }
    }
}
