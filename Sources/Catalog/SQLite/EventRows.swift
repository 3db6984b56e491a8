internal import GRDB
package import Model
internal import Storage

extension CatalogStore {
    package func events(_ filter: EventFilter) throws -> EventsPage {
        try file.read { database in
            let newest = try Int64.fetchOne(database, sql: "SELECT ifnull(max(sequence), 0) FROM movement")
            let window = EventRow.Window(filter, newest: newest ?? 0)
            let statement = try database.cachedStatement(
                sql: """
                    SELECT \(EventRow.columns) FROM \(EventRow.tables)
                    WHERE movement.sequence > :after AND movement.sequence <= :through
                        AND \(EventRow.condition(lowStockMax: ":low"))
                    ORDER BY movement.sequence LIMIT :limit
                    """)
            let rows = try Row.fetchAll(
                statement,
                arguments: [
                    "after": filter.after, "through": window.through, "low": filter.lowStockMax,
                    "limit": filter.limit,
                ])
            return try window.page(
                rows.map { row in
                    EventRow(
                        sequence: row[0], kind: row[1], item: row[2], units: row[3] ?? 0, stockAfter: row[4],
                        sale: row[5], atMillis: row[6], order: row[7])
                }
            ) { try OrderRows.shares($0, in: database).mapValues(\.share) }
        }
    }
}
