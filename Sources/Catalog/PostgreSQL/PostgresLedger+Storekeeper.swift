internal import Model
internal import Storage

/// What storekeepers ask for: rare, and in round trips of its own.
extension PostgresLedger {
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
