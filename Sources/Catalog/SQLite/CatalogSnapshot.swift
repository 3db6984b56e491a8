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
            movements: try movements(in: database), orders: try orders(in: database))
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
            for order in content.orders { try insert(order, in: database) }
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

    private static func insert(_ order: LedgerOrder, in database: Database) throws {
        try database.cachedStatement(
            sql: "INSERT INTO customer_order (number, sequence, state) VALUES (?, ?, ?)"
        ).execute(arguments: [order.number, order.movement, order.state.rawValue])
        let line = try database.cachedStatement(
            sql: """
                INSERT INTO order_line (order_number, item_number, copies, price_cents, put_back)
                VALUES (?, ?, ?, ?, ?)
                """)
        for sold in order.lines {
            try line.execute(arguments: [
                order.number, sold.item.value, sold.copies, sold.price.amount, sold.putBack,
            ])
        }
        for step in order.steps {
            try OrderRows.insertStep(
                of: order.number, from: step.movement, count: Int(step.movementCount), in: database)
        }
    }

    private static func orders(in database: Database) throws -> [LedgerOrder] {
        let lines = try Row.fetchAll(
            database,
            sql: """
                SELECT order_number, item_number, copies, price_cents, put_back FROM order_line
                ORDER BY order_number, item_number
                """)
        let steps = try Row.fetchAll(
            database, sql: "SELECT order_number, sequence, movement_count FROM order_step ORDER BY sequence")
        let linesByOrder = Dictionary(grouping: lines) { $0[0] as Int64 }
        let stepsByOrder = Dictionary(grouping: steps) { $0[0] as Int64 }
        let orders = try Row.fetchAll(
            database, sql: "SELECT number, sequence, state FROM customer_order ORDER BY number")
        return orders.map { row in
            let number: Int64 = row[0]
            return LedgerOrder(
                number: number, movement: row[1], state: OrderState(rawValue: row[2]) ?? .placed,
                lines: (linesByOrder[number] ?? []).compactMap { line in
                    guard let item = ItemNumber(line[1] as Int64), let price = Cents(line[3] as Int64) else {
                        return nil
                    }
                    return PlacedOrder.Line(
                        item: item, title: "", copies: line[2], price: price, putBack: line[4])
                },
                steps: (stepsByOrder[number] ?? []).map {
                    LedgerOrder.Step(movement: $0[1], movementCount: $0[2])
                })
        }
    }
}
