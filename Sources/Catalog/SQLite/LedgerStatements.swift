internal import GRDB
internal import Storage

/// The statements of a batch of changes, prepared once for all of it.
struct LedgerStatements {
    let selectBook: HotStatement
    let updateBook: HotStatement
    let insertMovement: HotStatement
    let movementOfKey: HotStatement

    init(in database: Database) throws {
        selectBook = try HotStatement(
            database,
            sql: """
                SELECT stock, price_cents, sold, last_movement, previous_movement, retired
                FROM book WHERE item_number = ?
                """)
        updateBook = try HotStatement(
            database,
            sql: """
                UPDATE book
                SET stock = ?, price_cents = ?, sold = ?, last_movement = ?, previous_movement = ?
                WHERE item_number = ?
                """)
        insertMovement = try HotStatement(
            database,
            sql: """
                INSERT INTO movement
                    (sequence, item_number, units, price_cents, stock_after, order_key, sale, at_millis,
                     kind, price_after, previous)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (order_key) WHERE order_key IS NOT NULL DO NOTHING
                """)
        movementOfKey = try HotStatement(
            database, sql: "SELECT item_number, units, price_cents, sale FROM movement WHERE order_key = ?")
    }
}
