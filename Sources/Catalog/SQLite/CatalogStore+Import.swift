internal import GRDB
package import Model
internal import Storage

extension CatalogStore {
    package func items(isbns: [String]) throws -> [(isbn: String, item: ItemNumber)] {
        try file.read { try ImportRow.items(isbns, in: $0) }
    }

    package func importRecords(_ key: IdempotencyKey) throws -> [ImportRecord] {
        try file.read { try ImportRow.records(key, in: $0) }
    }

    package func mapping(ofHeader header: String) throws -> ImportMapping? {
        let json = try file.read {
            try String.fetchOne(
                $0, sql: "SELECT columns FROM import_header WHERE header = ?", arguments: [header])
        }
        return try json.map { try ImportMapping(json: $0) }
    }
}

extension SQLiteLedger {
    func details(of items: [ItemNumber]) throws -> [BookDetails] {
        try items.compactMap { try CatalogRow.find($0, in: database) }
    }

    func items(isbns: [String]) throws -> [(isbn: String, item: ItemNumber)] {
        try ImportRow.items(isbns, in: database)
    }

    func takenNumbers(in range: ClosedRange<Int64>) throws -> [Int64] {
        try Int64.fetchAll(
            database, sql: "SELECT item_number FROM book WHERE item_number BETWEEN ? AND ?",
            arguments: [range.lowerBound, range.upperBound])
    }

    func importRecord(_ key: IdempotencyKey, _ number: Int) throws -> ImportRecord? {
        try ImportRow.records(key, number, in: database).first
    }

    func write(_ record: ImportRecord) throws {
        try database.execute(
            sql: """
                INSERT INTO import_piece (
                    import_key, piece, digest, first_sequence, last_sequence, added, changed, unchanged)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                record.source.key.text, record.number, record.source.digest, record.movements?.lowerBound,
                record.movements?.upperBound, record.added, record.changed, record.unchanged,
            ])
    }

    func write(_ mapping: ImportMapping, ofHeader header: String) throws {
        try database.execute(
            sql: """
                INSERT INTO import_header (header, columns) VALUES (?, ?)
                ON CONFLICT DO UPDATE SET columns = excluded.columns
                """, arguments: [header, mapping.json])
    }

    func imported(_ movements: ClosedRange<Int64>) throws -> [ImportedMovement] {
        try Row.fetchAll(
            database,
            sql: """
                SELECT movement.sequence, ifnull(
                    (SELECT price_after FROM movement AS before WHERE before.sequence = movement.previous),
                    opening_price_cents), \(CatalogRow.changes), \(CatalogRow.entryColumns)
                FROM movement JOIN book USING (item_number) WHERE movement.sequence BETWEEN ? AND ?
                ORDER BY movement.sequence
                """, arguments: [movements.lowerBound, movements.upperBound]
        ).map { row in
            ImportedMovement(
                sequence: row[0], entry: try CatalogRow.entry(row, at: 3),
                priceBefore: Cents(row[1] as Int64),
                changes: try FieldChange.list(json: row[2] ?? "{}"))
        }
    }

    func retire(_ books: [(item: ItemNumber, movement: Int64)]) throws {
        for (item, movement) in books { try write(isRetired: true, of: item, movement: movement) }
    }

    func markUndone(_ key: IdempotencyKey, _ number: Int) throws {
        try database.execute(
            sql: "UPDATE import_piece SET undone = 1 WHERE import_key = ? AND piece = ?",
            arguments: [key.text, number])
    }
}

/// Rows about imports, inside a transaction or not.
private enum ImportRow {
    static func items(_ isbns: [String], in database: Database) throws -> [(isbn: String, item: ItemNumber)] {
        let statement = try database.cachedStatement(
            sql:
                "SELECT item_number FROM book_facts WHERE json_extract(facts, '$.isbn') = ? ORDER BY item_number"
        )
        return try isbns.flatMap { isbn in
            try Int64.fetchAll(statement, arguments: [isbn]).compactMap { number in
                ItemNumber(number).map { (isbn, $0) }
            }
        }
    }

    /// - Parameter number: only this piece; nil for all, in order.
    static func records(
        _ key: IdempotencyKey, _ number: Int? = nil, in database: Database
    ) throws -> [ImportRecord] {
        try Row.fetchAll(
            database,
            sql: """
                SELECT digest, piece, first_sequence, last_sequence, added, changed, unchanged, undone
                FROM import_piece WHERE import_key = ? AND piece = ifnull(?, piece) ORDER BY piece
                """, arguments: [key.text, number]
        ).map { row in
            let (first, last): (Int64?, Int64?) = (row[2], row[3])
            return ImportRecord(
                source: ImportKey(key, digest: row[0]), number: row[1],
                movements: first.flatMap { first in last.map { first...$0 } }, added: row[4], changed: row[5],
                unchanged: row[6], isUndone: row[7])
        }
    }
}

extension CatalogSchema {
    /// The pieces of files that were written, by which they are not written twice and can be taken back, and what was
    /// said of the columns under a header.
    static let imports = """
        CREATE TABLE import_piece (
            import_key TEXT NOT NULL,
            piece INTEGER NOT NULL CHECK (piece > 0),
            digest INTEGER NOT NULL,
            first_sequence INTEGER REFERENCES movement,
            last_sequence INTEGER REFERENCES movement,
            added INTEGER NOT NULL,
            changed INTEGER NOT NULL,
            unchanged INTEGER NOT NULL,
            undone INTEGER NOT NULL DEFAULT 0 CHECK (undone IN (0, 1)),
            PRIMARY KEY (import_key, piece)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE import_header (header TEXT PRIMARY KEY, columns TEXT NOT NULL) STRICT, WITHOUT ROWID;
        """
}
