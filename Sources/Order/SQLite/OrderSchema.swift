internal import GRDB
internal import Model
internal import Storage

/// The order server's tables. A key stands for one purchase, a sale of a ledger for one order: the
/// database refuses a second of either.
enum OrderSchema {
    static let database = DatabaseKind(
        fileName: "order.sqlite", lockName: "order.lock",
        // "BkOr"
        applicationID: 0x426B_4F72, migrator: migrator)

    private static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("order 1: purchases, refusals") { database in
            try database.execute(
                sql: """
                    CREATE TABLE purchase (
                        number INTEGER PRIMARY KEY,
                        order_key TEXT NOT NULL UNIQUE,
                        item_number INTEGER NOT NULL CHECK (item_number > 0),
                        ledger INTEGER,
                        sale INTEGER CHECK (sale > 0),
                        at_millis INTEGER NOT NULL,
                        CHECK ((ledger IS NULL) = (sale IS NULL)),
                        UNIQUE (ledger, sale)
                    ) STRICT;
                    CREATE TABLE refusal (
                        order_key TEXT PRIMARY KEY,
                        item_number INTEGER NOT NULL CHECK (item_number > 0),
                        at_millis INTEGER NOT NULL
                    ) STRICT, WITHOUT ROWID;
                    """)
            try LogMark.createTable(in: database)
        }
        migrator.registerMigration("order 2: refusals by a digest of their keys") { database in
            try database.execute(sql: "ALTER TABLE refusal RENAME TO refusal_text")
            try RefusalWriter.createTable(in: database, referringTo: false)
            try RefusalWriter.moveTable(
                from: "refusal_text", columns: "order_key, item_number, -1, NULL, at_millis", in: database)
        }
        migrator.registerMigration(
            "order 3: shares of orders", foreignKeyChecks: .immediate
        ) { database in
            try database.execute(
                sql: """
                    CREATE TABLE order_share (
                        number INTEGER PRIMARY KEY REFERENCES purchase,
                        order_number INTEGER NOT NULL CHECK (order_number > 0),
                        state INTEGER NOT NULL CHECK (state IN (0, 3, 4)),
                        lines TEXT NOT NULL CHECK (lines <> '')
                    ) STRICT;
                    """)
        }
        return migrator
    }

    /// The purchases, each with its share of an order where it is one.
    static let purchases = "purchase LEFT JOIN order_share USING (number)"
    static let shareColumns = "order_number, state, lines"

    /// What stands in a row's ``shareColumns`` from `first` on.
    static func share(_ row: Row, at first: Int) -> OrderShare? {
        OrderShare(order: row[first], state: row[first + 1], text: row[first + 2])
    }

    /// Writes the share of a purchase that is written already.
    static func insert(_ share: OrderShare, of number: Int64, in database: Database) throws {
        try database.cachedStatement(
            sql: "INSERT INTO order_share (number, order_number, state, lines) VALUES (?, ?, ?, ?)"
        ).execute(arguments: [number, share.order, share.state.rawValue, share.text])
    }
}
