internal import GRDB
internal import Model

/// Rows of the catalog's tables as what they stand for.
enum CatalogRow {
    /// Columns that ``details(_:)`` reads.
    static let detailColumns = """
        item_number, title, topic, price_cents, stock, sold, retired, last_movement
        """

    static func details(_ row: Row) throws -> BookDetails {
        BookDetails(book: try book(row), sold: row[5], isRetired: row[6], version: row[7])
    }

    /// A book from item number, title, topic, price and stock.
    static func book(_ row: Row) throws -> Book {
        let number: Int64 = row[0]
        guard let item = ItemNumber(number), let price = Cents(row[3] as Int64) else {
            throw FileFault(
                path: CatalogStore.fileName, reason: "book \(number) has a number or price out of range")
        }
        return Book(item: item, title: row[1], topic: row[2], price: price, stock: row[4])
    }

    /// A book with its details, retired or not; nil when there never was one.
    static func find(_ item: ItemNumber, in database: Database) throws -> BookDetails? {
        let statement = try database.cachedStatement(
            sql: "SELECT \(detailColumns) FROM book WHERE item_number = ?")
        return try Row.fetchOne(statement, arguments: [item.value]).map(details)
    }

    /// A book that is known to be there.
    static func details(of item: ItemNumber, in database: Database) throws -> BookDetails {
        guard let found = try find(item, in: database) else { throw StoreError.unknownItem(item) }
        return found
    }

    /// Columns that ``entry(_:)`` reads, of `movement` joined with `book`.
    static let entryColumns = """
        item_number, title, topic, movement.price_cents, movement.units, kind, order_key
        """

    /// What a movement did.
    static func entry(_ row: Row) throws -> LedgerEntry {
        guard let item = ItemNumber(row[0] as Int64) else {
            throw FileFault(path: CatalogStore.fileName, reason: "a movement has an item number out of range")
        }
        switch CatalogSchema.MovementKind(rawValue: row[5]) {
        case .added:
            guard row[1] as String? != nil else {
                throw FileFault(path: CatalogStore.fileName, reason: "the added book \(item) is missing")
            }
            return .added(try book(row))
        case .retired: return .retired(item)
        case .update, nil:
            return .update(
                StockChange(
                    item: item, price: (row[3] as Int64?).flatMap { Cents($0) }, units: row[4],
                    key: (row[6] as String?).map { IdempotencyKey(trusted: $0) }))
        }
    }

    /// The movements of a stretch of the ledger.
    static func entries(
        from first: Int64, through last: Int64, in database: Database
    ) throws -> [LedgerEntry] {
        try Row.fetchAll(
            database,
            sql: """
                SELECT \(entryColumns) FROM movement JOIN book USING (item_number)
                WHERE sequence BETWEEN ? AND ? ORDER BY sequence
                """, arguments: [first, last]
        ).map(entry)
    }
}
