internal import GRDB
internal import Model
internal import Storage

extension CatalogStore {
    package func movements(_ filter: MovementFilter) throws -> LedgerStretch {
        try file.read { try LedgerReader(database: $0).read(filter) }
    }
}

/// Reads the ledger backwards, a bounded number of movements at a time: see ``LedgerWindow``.
private struct LedgerReader {
    let database: Database

    func read(_ filter: MovementFilter) throws -> LedgerStretch {
        if let item = filter.item { return try readChain(of: item, filter) }
        return try readWhole(filter)
    }

    private static let columns = """
        sequence, item_number, title, units, movement.price_cents, stock_after, price_after, at_millis,
        kind, sale, previous, \(CatalogRow.changes)
        """

    private func readWhole(_ filter: MovementFilter) throws -> LedgerStretch {
        let newest = try Int64.fetchOne(database, sql: "SELECT ifnull(max(sequence), 0) FROM movement") ?? 0
        let window = LedgerWindow(filter, newest: newest)
        let condition = filter.kind?.condition ?? "TRUE"
        let statement = try database.cachedStatement(
            sql: """
                SELECT \(Self.columns) FROM movement JOIN book USING (item_number)
                WHERE sequence > ? AND sequence < ? AND \(condition) ORDER BY sequence DESC LIMIT ?
                """)
        let rows = try Row.fetchAll(statement, arguments: [window.floor, window.before, filter.limit])
        return window.stretch(try rows.map(record))
    }

    /// From each movement of a book to the one before it.
    private func readChain(of item: ItemNumber, _ filter: MovementFilter) throws -> LedgerStretch {
        guard let book = try CatalogRow.find(item, in: database) else { throw StoreError.unknownItem(item) }
        var sequence = book.version
        if let before = filter.before {
            let previous = try Int64.fetchOne(
                database, sql: "SELECT previous FROM movement WHERE sequence = ? AND item_number = ?",
                arguments: [before, item.value])
            guard let previous else { throw StoreError.invalid("after is no movement of book \(item)") }
            sequence = previous
        }
        let statement = try database.cachedStatement(
            sql: "SELECT \(Self.columns) FROM movement JOIN book USING (item_number) WHERE sequence = ?")
        var stretch = LedgerStretch()
        var lookedAt: Int64 = 0
        var last: Int64 = 0
        while sequence > 0, stretch.records.count < filter.limit, lookedAt < LedgerWindow.lookedAtMax {
            guard let row = try Row.fetchOne(statement, arguments: [sequence]) else { break }
            if filter.kind == nil || kind(row) == filter.kind { stretch.records.append(try record(row)) }
            last = sequence
            sequence = row[10]
            lookedAt += 1
        }
        if sequence > 0, last > 0 { stretch.next = last }
        return stretch
    }

    private func kind(_ row: Row) -> MovementFilter.Kind {
        Movement.Kind(MovementKind(rawValue: row[8]), isSale: !row.hasNull(atIndex: 9))
    }

    private func record(_ row: Row) throws -> Movement {
        guard let item = ItemNumber(row[1] as Int64) else {
            throw FileFault(path: CatalogStore.fileName, reason: "a movement has an item number out of range")
        }
        let kind = kind(row)
        let note = kind == .sale ? nil : try note(on: row[0])
        return Movement(
            sequence: row[0], kind: kind, item: item, title: row[2], units: row[3],
            price: (row[4] as Int64?).flatMap { Cents($0) }, stockAfter: row[5],
            priceAfter: (row[6] as Int64?).flatMap { Cents($0) }, time: Timestamp(millis: row[7]),
            actor: note?.actor, reason: note?.reason,
            changes: try (row[11] as String?).map(FieldChange.list) ?? [])
    }

    private func note(on sequence: Int64) throws -> (actor: String?, reason: String?)? {
        let statement = try database.cachedStatement(
            sql: """
                SELECT last_sequence, actor, reason FROM keeper_request
                WHERE first_sequence <= ? ORDER BY first_sequence DESC LIMIT 1
                """)
        guard let row = try Row.fetchOne(statement, arguments: [sequence]), row[0] >= sequence else {
            return nil
        }
        return (row[1] as String?, row[2] as String?)
    }
}
