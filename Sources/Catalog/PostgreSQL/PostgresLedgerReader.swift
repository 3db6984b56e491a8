internal import Model
internal import Storage

extension PostgresCatalogStore {
    package func movements(_ filter: MovementFilter) throws -> LedgerStretch {
        try database.read { try PostgresLedgerReader(connection: $0).read(filter) }
    }
}

/// Reads the ledger backwards, a bounded number of movements at a time: see ``LedgerWindow``.
private struct PostgresLedgerReader {
    let connection: PostgresConnection

    func read(_ filter: MovementFilter) throws -> LedgerStretch {
        if let item = filter.item { return try readChain(of: item, filter) }
        return try readWhole(filter)
    }

    private static let columns = """
        sequence, item_number, title, units, movement.price_cents, stock_after, price_after, at_millis, kind, sale,
        previous, noted.actor, noted.reason, \(PostgresCatalogRow.changes)
        """
    /// Each movement with its book, and with who made it and why, where somebody said so.
    private static let tables = """
        movement JOIN book USING (item_number) LEFT JOIN LATERAL (
            SELECT last_sequence, actor, reason FROM keeper_request
            WHERE first_sequence <= sequence ORDER BY first_sequence DESC LIMIT 1
        ) AS noted ON sale IS NULL AND noted.last_sequence >= sequence
        """

    private func readWhole(_ filter: MovementFilter) throws -> LedgerStretch {
        let newest = try connection.run("SELECT sequence FROM ledger")[0][0]
        let window = LedgerWindow(filter, newest: newest)
        let rows = try connection.run(
            """
            SELECT \(Self.columns) FROM \(Self.tables)
            WHERE sequence > $1::bigint AND sequence < $2::bigint AND \(Self.isOfKind(filter.kind))
            ORDER BY sequence DESC LIMIT $3::bigint
            """, [.int(window.floor), .int(window.before), .int(Int64(filter.limit))])
        return window.stretch(try rows.map(record))
    }

    /// From each movement of a book to the one before it.
    private func readChain(of item: ItemNumber, _ filter: MovementFilter) throws -> LedgerStretch {
        guard let book = try PostgresCatalogRow.find(item, on: connection) else {
            throw StoreError.unknownItem(item)
        }
        var sequence = book.version
        if let before = filter.before {
            let previous = try connection.run(
                "SELECT previous FROM movement WHERE sequence = $1::bigint AND item_number = $2::bigint",
                [.int(before), .int(item.value)])
            guard let row = previous.first else {
                throw StoreError.invalid("after is no movement of book \(item)")
            }
            sequence = row[0]
        }
        // The server follows the chain, and stops where enough was found.
        let rows = try connection.run(
            """
            WITH RECURSIVE chain (at, before, found, looked_at) AS (
                SELECT sequence, previous, (\(Self.isOfKind(filter.kind)))::int, 1 FROM movement
                WHERE sequence = $1::bigint
                UNION ALL
                SELECT sequence, previous, found + (\(Self.isOfKind(filter.kind)))::int, looked_at + 1
                FROM chain JOIN movement ON sequence = before
                WHERE found < $2::bigint AND looked_at < $3::bigint)
            SELECT \(Self.columns), (\(Self.isOfKind(filter.kind))) FROM chain JOIN \(Self.tables) ON sequence = at
            ORDER BY sequence DESC
            """, [.int(sequence), .int(Int64(filter.limit)), .int(LedgerWindow.lookedAtMax)])
        var stretch = LedgerStretch(records: try rows.filter { $0.bool(14) }.map(record))
        if let last = rows.last, last[10] > 0 { stretch.next = last[0] }
        return stretch
    }

    private static func isOfKind(_ kind: MovementFilter.Kind?) -> String { kind?.condition ?? "true" }

    private func record(_ row: PostgresRows.Row) throws -> Movement {
        guard let item = ItemNumber(row[1]) else {
            throw LedgerFault("a movement has an item number out of range")
        }
        let kind = Movement.Kind(MovementKind(rawValue: row[8]), isSale: row.int(9) != nil)
        return Movement(
            sequence: row[0], kind: kind, item: item, title: row.text(2) ?? "", units: row.int(3),
            price: row.int(4).flatMap { Cents($0) }, stockAfter: row[5],
            priceAfter: row.int(6).flatMap { Cents($0) }, time: Timestamp(millis: row[7]),
            actor: row.text(11), reason: row.text(12),
            changes: try row.text(13).map(FieldChange.list) ?? [])
    }
}
