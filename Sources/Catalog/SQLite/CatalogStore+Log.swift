internal import GRDB
internal import Model
internal import Storage

/// What the catalog log is completed from.
extension CatalogStore {
    /// How far the catalog log is known to hold the ledger; nil before it was first written.
    func logMark() throws -> LogMark? { try read { try LogMark.fetch($0) } }

    func save(_ mark: LogMark) throws { try pool.write { try mark.save($0) } }

    /// Calls `body` with the opening state of every book that the store was opened with, in item-number order.
    func forEachOpeningBook(_ body: (Book) throws -> Void) throws {
        try read { database in
            let rows = try Row.fetchCursor(
                database,
                sql: """
                    SELECT item_number, title, topic, opening_price_cents, opening_stock
                    FROM book WHERE added_by IS NULL ORDER BY item_number
                    """)
            while let row = try rows.next() { try body(CatalogRow.book(row)) }
        }
    }

    /// Calls `body` with every movement after `sequence`, in order.
    func forEachMovement(after sequence: Int64, _ body: (Int64, LedgerEntry) throws -> Void) throws {
        try read { database in
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
