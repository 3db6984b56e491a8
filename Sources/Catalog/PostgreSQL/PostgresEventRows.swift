package import Model
internal import Storage

extension PostgresCatalogStore {
    package func events(_ filter: EventFilter) throws -> EventsPage {
        try database.read { connection in
            // Asked first: what becomes visible meanwhile is behind it.
            let window = EventRow.Window(
                filter, newest: try connection.run("SELECT sequence FROM ledger")[0][0])
            let rows = try connection.run(
                """
                SELECT \(EventRow.columns) FROM \(EventRow.tables)
                WHERE movement.sequence > $1::bigint AND movement.sequence <= $2::bigint
                    AND \(EventRow.condition(lowStockMax: "$3::bigint"))
                ORDER BY movement.sequence LIMIT $4::bigint
                """,
                [
                    .int(filter.after), .int(window.through), .int(filter.lowStockMax),
                    .int(Int64(filter.limit)),
                ])
            return try window.page(
                rows.map { row in
                    EventRow(
                        sequence: row[0], kind: row[1], item: row[2], units: row[3], stockAfter: row[4],
                        sale: row.int(5), atMillis: row[6], order: row.int(7))
                }
            ) { try PostgresOrderRows.shares($0, on: connection).mapValues(\.share) }
        }
    }
}
