internal import GRDB
internal import Model
internal import Storage

/// What the catalog log is completed from.
extension CatalogStore {
    /// Calls `body` with the opening state of every book that the store was opened with, in item-number order.
    func forEachOpeningBook(_ body: (Book) throws -> Void) throws {
        try file.read { database in
            let rows = try Row.fetchCursor(
                database,
                sql: """
                    SELECT item_number, title, topic, opening_price_cents, opening_stock
                    FROM book WHERE added_by IS NULL ORDER BY item_number
                    """)
            while let row = try rows.next() { try body(CatalogRow.book(row)) }
        }
    }

    package func forEachLine(after number: Int64, _ body: (String) throws -> Void) throws {
        try forEachMovement(after: number) { _, entry in try body(entry.logLine) }
    }

    /// Calls `body` with every movement after `sequence`, in order.
    func forEachMovement(after sequence: Int64, _ body: (Int64, LedgerEntry) throws -> Void) throws {
        try file.read { database in
            let rows = try Row.fetchCursor(
                database,
                sql: """
                    SELECT \(CatalogRow.entryColumns), sequence FROM movement JOIN book USING (item_number)
                    WHERE sequence > ? ORDER BY sequence
                    """, arguments: [sequence])
            while let row = try rows.next() { try body(row["sequence"], CatalogRow.entry(row)) }
        }
    }
}
