internal import GRDB
package import Model
internal import Storage

/// Reads a catalog's database from outside, while its server runs or not. Changes nothing.
package enum CatalogSnapshot {
    /// Reads the database in `folder`: see ``Storage/DatabaseKind/read(in:_:)``.
    package static func read(folder: String) throws -> LedgerSnapshot {
        try CatalogSchema.database.read(in: folder) {
            try content($0, path: CatalogSchema.database.path(in: folder))
        }
    }

    /// Copies the database in `folder`: see ``Storage/DatabaseKind/backUp(from:to:)``.
    package static func backUp(folder: String, to copyFolder: String) throws {
        try CatalogSchema.database.backUp(from: folder, to: copyFolder)
    }

    private static func content(_ database: Database, path: String) throws -> LedgerSnapshot {
        guard let ledger = try Int64.fetchOne(database, sql: "SELECT identity FROM ledger") else {
            throw FileFault(path: path, reason: "has no ledger identity")
        }
        return LedgerSnapshot(
            ledger: ledger, books: try books(in: database),
            movements: try movements(in: database))
    }

    /// Makes a database of this content if there is none. The catalog's start compares it with its log.
    ///
    /// - Throws: ``Model/FileFault`` when there is a database; the database's error.
    package static func write(_ content: LedgerSnapshot, folder: String) throws {
        try CatalogSchema.database.create(in: folder) { database in
            try database.execute(sql: "UPDATE ledger SET identity = ?", arguments: [content.ledger])
            try CatalogSchema.insert(
                content.books.map(\.opening), in: database, progress: { _ in })
            for movement in content.movements { try insert(movement, in: database) }
            for edit in content.edits { try CatalogRow.insert(edit.changes, of: edit.sequence, in: database) }
            for book in content.books {
                let (now, opening) = (book.now, book.opening)
                try database.execute(
                    sql: """
                        UPDATE book SET stock = ?, price_cents = ?, retired = ?, added_by = ?, title = ?, topic = ?,
                            opening_title = ?, opening_topic = ?
                        WHERE item_number = ?
                        """,
                    arguments: [
                        now.stock, now.price.amount, book.isRetired, book.addedBy, now.title, now.topic,
                        book.isRenamed ? opening.title : nil, book.isRenamed ? opening.topic : nil,
                        now.item.value,
                    ])
                try CatalogRow.write(book.facts, of: now.item, in: database)
            }
            try CatalogSchema.chainMovements(in: database)
        }
    }

    private static func insert(_ movement: LedgerSnapshot.Movement, in database: Database) throws {
        let statement = try database.cachedStatement(
            sql: """
                INSERT INTO movement
                    (sequence, item_number, units, price_cents, stock_after, order_key, sale, kind, at_millis)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, unixepoch() * 1000)
                """)
        let change = movement.change
        try statement.execute(arguments: [
            movement.sequence, change.item.value, change.units, change.price?.amount, movement.stockAfter,
            change.key?.text, movement.sale, MovementKind(movement.entry).rawValue,
        ])
    }

    private static func books(in database: Database) throws -> [LedgerSnapshot.BookState] {
        let rows = try Row.fetchCursor(
            database,
            sql: """
                SELECT retired, added_by, facts, \(CatalogRow.bookColumns()), \(CatalogRow.openingColumns())
                FROM \(CatalogRow.detailTables) ORDER BY item_number
                """)
        var books: [LedgerSnapshot.BookState] = []
        while let row = try rows.next() {
            books.append(
                LedgerSnapshot.BookState(
                    now: try CatalogRow.book(row, at: 3), opening: try CatalogRow.book(row, at: 8),
                    isRetired: row[0], addedBy: row[1], facts: try BookFacts(json: row[2])))
        }
        return books
    }

    private static func movements(in database: Database) throws -> [LedgerSnapshot.Movement] {
        let rows = try Row.fetchCursor(
            database,
            sql: """
                SELECT sequence, stock_after, sale, \(CatalogRow.entryColumns)
                FROM movement LEFT JOIN book USING (item_number) ORDER BY sequence
                """)
        var movements: [LedgerSnapshot.Movement] = []
        while let row = try rows.next() {
            movements.append(
                LedgerSnapshot.Movement(
                    sequence: row[0], entry: try CatalogRow.entry(row, at: 3), stockAfter: row[1],
                    sale: row[2]))
        }
        return movements
    }
}
