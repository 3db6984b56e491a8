internal import Model
internal import Storage

/// Rows of the catalog's tables in PostgreSQL as what they stand for.
enum PostgresCatalogRow {
    /// The columns that ``book(_:at:)`` reads.
    ///
    /// - Parameters:
    ///   - price: what is taken for the book's price.
    ///   - stock: what is taken for the book's stock.
    static func bookColumns(price: String = "book.price_cents", stock: String = "book.stock") -> String {
        "book.item_number, title, topic, \(price), \(stock)"
    }

    /// The same with the title and topic that the book came with.
    static func openingColumns(
        price: String = "opening_price_cents", stock: String = "opening_stock"
    ) -> String {
        "book.item_number, coalesce(opening_title, title), coalesce(opening_topic, topic), \(price), \(stock)"
    }

    /// The book in the columns from `first` on.
    static func book(_ row: PostgresRows.Row, at first: Int = 0) throws -> Book {
        guard let item = ItemNumber(row[first]), let price = Cents(row[first + 3]) else {
            throw LedgerFault("book \(row[first]) has a number or price out of range")
        }
        return Book(
            item: item, title: row.text(first + 1) ?? "", topic: row.text(first + 2) ?? "", price: price,
            stock: row[first + 4])
    }

    /// The columns that ``details(_:)`` reads.
    static let detailColumns = "sold, retired, last_movement, facts::text, " + bookColumns()
    /// The tables that have them.
    static let detailTables = "book LEFT JOIN book_facts USING (item_number)"

    static func details(_ row: PostgresRows.Row) throws -> BookDetails {
        BookDetails(
            book: try book(row, at: 4), sold: row[0], isRetired: row.bool(1), version: row[2],
            facts: try BookFacts(json: row.text(3)))
    }

    /// A book with its details, retired or not; nil when there never was one.
    static func find(_ item: ItemNumber, on connection: PostgresConnection) throws -> BookDetails? {
        try connection.run(
            "SELECT \(detailColumns) FROM \(detailTables) WHERE item_number = $1::bigint", [.int(item.value)]
        ).first.map(details)
    }

    /// Books with their details, retired or not, in item-number order; none for a number that never had one.
    static func find(_ items: [ItemNumber], on connection: PostgresConnection) throws -> [BookDetails] {
        try connection.run(
            """
            SELECT \(detailColumns) FROM \(detailTables)
            WHERE item_number = ANY($1::bigint[]) ORDER BY item_number
            """, [.ints(items.map(\.value))]
        ).map(details)
    }

    /// The columns that ``entry(_:at:)`` reads, of `movement` joined with `book`.
    static let entryColumns = """
        movement.item_number, movement.price_cents, movement.units, kind, order_key, \(changes), \
        \(MovementKind.order), \
        \(openingColumns(price: "movement.price_cents", stock: "movement.units"))
        """

    /// What an edit changed, of a row of `movement`; the table is looked at for edits only.
    static let changes = """
        CASE kind WHEN \(MovementKind.edited.rawValue) THEN \
        (SELECT changes::text FROM edit WHERE edit.sequence = movement.sequence) END
        """

    /// What a movement did, from the columns from `first` on.
    static func entry(_ row: PostgresRows.Row, at first: Int = 0) throws -> LedgerEntry {
        guard let item = ItemNumber(row[first]) else {
            throw LedgerFault("a movement has an item number out of range")
        }
        let kind = MovementKind(rawValue: row[first + 3])
        switch kind {
        case .added: return .added(try book(row, at: first + 7))
        case .retired: return .retired(item)
        case .edited:
            return .edited(BookEdit(item: item, try FieldChange.list(json: row.text(first + 5) ?? "{}")))
        case .restored: return .restored(item)
        case .placed, .ready, .handedOver, .cancelled, .returned:
            return .order(
                OrderMovement(
                    order: row[first + 6], state: kind?.orderState ?? .placed, item: item,
                    copies: abs(row.int(first + 2) ?? 0),
                    key: row.text(first + 4).map { IdempotencyKey(trusted: $0) }))
        case .update, nil:
            return .update(
                StockChange(
                    item: item, price: row.int(first + 1).flatMap { Cents($0) }, units: row.int(first + 2),
                    key: row.text(first + 4).map { IdempotencyKey(trusted: $0) }))
        }
    }

    /// The statement that adds books, each by a movement in a row, and gives the numbers of those that it added.
    ///
    /// - Parameter movement: the first one, which finds an empty place on the shelf; nil for books that the store is
    ///   opened with.
    static func insertion(_ books: some Sequence<Book>, addedBy movement: Int64?) -> PostgresStatement {
        let books = Array(books)
        let movements = books.indices.map { index in movement.map { $0 + Int64(index) } }
        return PostgresStatement(
            """
            INSERT INTO book (
                item_number, title, topic, price_cents, stock, opening_price_cents, opening_stock, added_by,
                last_movement)
            SELECT item, title, topic, price, stock, price, CASE WHEN added_by IS NULL THEN stock ELSE 0 END, added_by,
                coalesce(added_by, 0)
            FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[])
                AS new (item, title, topic, price, stock, added_by)
            ON CONFLICT DO NOTHING RETURNING item_number
            """,
            [
                .ints(books.map(\.item.value)), .texts(books.map(\.title)), .texts(books.map(\.topic)),
                .ints(books.map(\.price.amount)), .ints(books.map(\.stock)), .ints(movements),
            ])
    }

    /// The statement that writes what edits changed, beside their movements.
    static func insertion(_ edits: [(sequence: Int64, changes: [FieldChange])]) -> PostgresStatement {
        PostgresStatement(
            "INSERT INTO edit (sequence, changes) SELECT at, json::jsonb FROM unnest($1::bigint[], $2::text[]) AS new (at, json)",
            [.ints(edits.map(\.sequence)), .texts(edits.map { FieldChange.json($0.changes) })])
    }

    /// The statements that write what is known of books, each named once.
    static func writing(_ facts: [(item: ItemNumber, facts: BookFacts)]) -> [PostgresStatement] {
        let known = facts.filter { !$0.facts.isEmpty }
        let others = facts.filter { $0.facts.isEmpty }
        return [
            PostgresStatement(
                """
                INSERT INTO book_facts (item_number, facts)
                SELECT item, json::jsonb FROM unnest($1::bigint[], $2::text[]) AS new (item, json)
                ON CONFLICT (item_number) DO UPDATE SET facts = excluded.facts
                """, [.ints(known.map(\.item.value)), .texts(known.map(\.facts.json))]),
            PostgresStatement(
                "DELETE FROM book_facts WHERE item_number = ANY($1::bigint[])",
                [.ints(others.map(\.item.value))]),
        ]
    }
}
