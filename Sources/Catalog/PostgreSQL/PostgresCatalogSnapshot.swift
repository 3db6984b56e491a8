package import Model
package import Storage

/// A catalog's tables in PostgreSQL from outside: reads them while its server runs or not, and makes lost ones anew.
package enum PostgresCatalogSnapshot {
    /// Reads all of it, as of one moment.
    ///
    /// - Throws: ``Storage/PostgresError`` when there is no catalog, or one of another version.
    package static func read(at url: StoreURL) throws -> LedgerSnapshot {
        try PostgresCatalogSchema.schema.read(at: url) { connection in
            guard let head = try connection.run("SELECT identity FROM ledger").first else {
                throw LedgerFault("the ledger has no head")
            }
            return LedgerSnapshot(
                ledger: head[0], books: try books(on: connection), movements: try movements(on: connection))
        }
    }

    private static func books(on connection: PostgresConnection) throws -> [LedgerSnapshot.BookState] {
        var books: [LedgerSnapshot.BookState] = []
        let columns =
            "opening_price_cents, opening_stock, retired, added_by, " + PostgresCatalogRow.bookColumns()
        try connection.forEachRow("SELECT \(columns) FROM book ORDER BY item_number") { row in
            let book = try PostgresCatalogRow.book(row, at: 4)
            guard let openingPrice = Cents(row[0]) else {
                throw LedgerFault("book \(book.item) has a value out of range")
            }
            books.append(
                LedgerSnapshot.BookState(
                    now: book, openingPrice: openingPrice, openingStock: row[1], isRetired: row.bool(2),
                    addedBy: row.int(3)))
        }
        return books
    }

    private static func movements(on connection: PostgresConnection) throws -> [LedgerSnapshot.Movement] {
        var movements: [LedgerSnapshot.Movement] = []
        try connection.forEachRow(
            """
            SELECT sequence, stock_after, sale, log, \(PostgresCatalogRow.entryColumns)
            FROM movement JOIN book USING (item_number) ORDER BY sequence
            """
        ) { row in
            movements.append(
                LedgerSnapshot.Movement(
                    sequence: row[0], entry: try PostgresCatalogRow.entry(row, at: 4), stockAfter: row[1],
                    sale: row.int(2), log: row[3]))
        }
        return movements
    }
}
