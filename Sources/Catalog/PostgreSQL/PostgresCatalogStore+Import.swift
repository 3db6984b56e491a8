package import Model
internal import Storage

extension PostgresCatalogStore {
    package func items(isbns: [String]) throws -> [(isbn: String, item: ItemNumber)] {
        try database.read { try PostgresImportRow.items(isbns, on: $0) }
    }

    package func importRecords(_ key: IdempotencyKey) throws -> [ImportRecord] {
        try database.read { try PostgresImportRow.records(key, on: $0) }
    }

    package func mapping(ofHeader header: String) throws -> ImportMapping? {
        let rows = try database.read {
            try $0.run("SELECT columns::text FROM import_header WHERE header = $1::text", [.text(header)])
        }
        return try rows.first?.text(0).map { try ImportMapping(json: $0) }
    }
}

extension PostgresLedger {
    mutating func details(of items: [ItemNumber]) throws -> [BookDetails] {
        try flush()
        return try PostgresCatalogRow.find(items, on: connection)
    }

    mutating func items(isbns: [String]) throws -> [(isbn: String, item: ItemNumber)] {
        try flush()
        return try PostgresImportRow.items(isbns, on: connection)
    }

    mutating func takenNumbers(in range: ClosedRange<Int64>) throws -> [Int64] {
        try flush()
        return try run(
            PostgresStatement(
                "SELECT item_number FROM book WHERE item_number BETWEEN $1::bigint AND $2::bigint",
                [.int(range.lowerBound), .int(range.upperBound)])
        ).map { $0[0] }
    }

    mutating func importRecord(_ key: IdempotencyKey, _ number: Int) throws -> ImportRecord? {
        try flush()
        return try PostgresImportRow.records(key, number, on: connection).first
    }

    mutating func write(_ record: ImportRecord) throws {
        try flush()
        try connection.run(
            """
            INSERT INTO import_piece (
                import_key, piece, digest, first_sequence, last_sequence, added, changed, unchanged)
            VALUES ($1::text, $2::bigint, $3::bigint, $4::bigint, $5::bigint, $6::bigint, $7::bigint, $8::bigint)
            """,
            [
                .text(record.source.key.text), .int(Int64(record.number)), .int(record.source.digest),
                .int(record.movements?.lowerBound), .int(record.movements?.upperBound),
                .int(Int64(record.added)),
                .int(Int64(record.changed)), .int(Int64(record.unchanged)),
            ])
    }

    mutating func write(_ mapping: ImportMapping, ofHeader header: String) throws {
        try connection.run(
            """
            INSERT INTO import_header (header, columns) VALUES ($1::text, $2::text)
            ON CONFLICT (header) DO UPDATE SET columns = excluded.columns
            """, [.text(header), .text(mapping.json)])
    }

    mutating func imported(_ movements: ClosedRange<Int64>) throws -> [ImportedMovement] {
        try flush()
        return try run(
            PostgresStatement(
                """
                SELECT movement.sequence, coalesce(
                    (SELECT price_after FROM movement AS before WHERE before.sequence = movement.previous),
                    opening_price_cents), \(PostgresCatalogRow.changes), \(PostgresCatalogRow.entryColumns)
                FROM movement JOIN book USING (item_number)
                WHERE movement.sequence BETWEEN $1::bigint AND $2::bigint ORDER BY movement.sequence
                """, [.int(movements.lowerBound), .int(movements.upperBound)])
        ).map { row in
            ImportedMovement(
                sequence: row[0], entry: try PostgresCatalogRow.entry(row, at: 3), priceBefore: Cents(row[1]),
                changes: try FieldChange.list(json: row.text(2) ?? "{}"))
        }
    }

    mutating func retire(_ books: [(item: ItemNumber, movement: Int64)]) throws {
        try flush()
        for book in books { forget(book.item) }
        try connection.run(
            """
            UPDATE book SET retired = true, previous_movement = last_movement, last_movement = now.movement
            FROM unnest($1::bigint[], $2::bigint[]) AS now (item, movement) WHERE item_number = now.item
            """, [.ints(books.map(\.item.value)), .ints(books.map(\.movement))])
    }

    mutating func markUndone(_ key: IdempotencyKey, _ number: Int) throws {
        try connection.run(
            "UPDATE import_piece SET undone = true WHERE import_key = $1::text AND piece = $2::bigint",
            [.text(key.text), .int(Int64(number))])
    }
}

/// Rows about imports, inside a transaction or not.
private enum PostgresImportRow {
    static func items(
        _ isbns: [String], on connection: PostgresConnection
    ) throws -> [(isbn: String, item: ItemNumber)] {
        try connection.run(
            """
            SELECT facts ->> 'isbn', item_number FROM book_facts WHERE facts ->> 'isbn' = ANY($1::text[])
            ORDER BY item_number
            """, [.texts(isbns)]
        ).compactMap { row in ItemNumber(row[1]).map { (row.text(0) ?? "", $0) } }
    }

    /// - Parameter number: only this piece; nil for all, in order.
    static func records(
        _ key: IdempotencyKey, _ number: Int? = nil, on connection: PostgresConnection
    ) throws -> [ImportRecord] {
        try connection.run(
            """
            SELECT digest, piece, first_sequence, last_sequence, added, changed, unchanged, undone
            FROM import_piece WHERE import_key = $1::text AND piece = coalesce($2::bigint, piece) ORDER BY piece
            """, [.text(key.text), .int(number.map(Int64.init))]
        ).map { row in
            ImportRecord(
                source: ImportKey(key, digest: row[0]), number: Int(row[1]),
                movements: row.int(2).flatMap { first in row.int(3).map { first...$0 } }, added: Int(row[4]),
                changed: Int(row[5]), unchanged: Int(row[6]), isUndone: row.bool(7))
        }
    }
}
