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
                ledger: head[0], books: try books(on: connection), movements: try movements(on: connection),
                orders: try orders(on: connection))
        }
    }

    private static func books(on connection: PostgresConnection) throws -> [LedgerSnapshot.BookState] {
        var books: [LedgerSnapshot.BookState] = []
        try connection.forEachRow(
            """
            SELECT retired, added_by, facts::text, \(PostgresCatalogRow.bookColumns()),
                \(PostgresCatalogRow.openingColumns())
            FROM \(PostgresCatalogRow.detailTables) ORDER BY item_number
            """
        ) { row in
            books.append(
                LedgerSnapshot.BookState(
                    now: try PostgresCatalogRow.book(row, at: 3),
                    opening: try PostgresCatalogRow.book(row, at: 8), isRetired: row.bool(0),
                    addedBy: row.int(1), facts: try BookFacts(json: row.text(2))))
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

    private static func orders(on connection: PostgresConnection) throws -> [LedgerOrder] {
        var lines: [Int64: [PlacedOrder.Line]] = [:]
        try connection.forEachRow(
            """
            SELECT order_number, item_number, copies, price_cents, put_back FROM order_line
            ORDER BY order_number, item_number
            """
        ) { row in
            guard let item = ItemNumber(row[1]), let price = Cents(row[3]) else { return }
            lines[row[0], default: []].append(
                PlacedOrder.Line(item: item, title: "", copies: row[2], price: price, putBack: row[4]))
        }
        var steps: [Int64: [LedgerOrder.Step]] = [:]
        try connection.forEachRow(
            "SELECT order_number, sequence, movement_count FROM order_step ORDER BY sequence"
        ) { row in
            steps[row[0], default: []].append(LedgerOrder.Step(movement: row[1], movementCount: row[2]))
        }
        var orders: [LedgerOrder] = []
        try connection.forEachRow("SELECT number, sequence, state FROM customer_order ORDER BY number") {
            orders.append(
                LedgerOrder(
                    number: $0[0], movement: $0[1], state: OrderState(rawValue: $0[2]) ?? .placed,
                    lines: lines[$0[0]] ?? [], steps: steps[$0[0]] ?? []))
        }
        return orders
    }
}
