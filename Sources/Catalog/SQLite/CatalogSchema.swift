internal import GRDB
internal import Model
internal import Storage

/// The catalog's tables. The database itself refuses an oversold book, a second sale under one key and any
/// change of the ledger's past.
enum CatalogSchema {
    static let database = DatabaseKind(
        fileName: "catalog.sqlite", lockName: "catalog.lock",
        // "BkCa"
        applicationID: 0x426B_4361, migrator: migrator)

    private static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("catalog 1: books, ledger, refusals") { database in
            try createBooks(in: database)
            try createLedger(in: database)
            try LogMark.createTable(in: database)
        }
        migrator.registerMigration("catalog 2: added and retired books, requests of storekeepers") {
            database in
            try addKeeping(in: database)
        }
        migrator.registerMigration("catalog 3: refusals by a digest of their keys, composed texts") {
            database in
            try database.execute(sql: "DROP INDEX refusal_at; ALTER TABLE refusal RENAME TO refusal_text")
            try RefusalWriter.createTable(in: database, referringTo: true)
            try RefusalWriter.moveTable(
                from: "refusal_text", columns: "order_key, item_number, units, price_cents, at_millis",
                in: database)
            try composeTexts(in: database)
        }
        // Nothing that a foreign key names is made anew, so that no row of a long ledger is looked at.
        migrator.registerMigration(
            "catalog 4: edits, facts, books that come back", foreignKeyChecks: .immediate
        ) { try addEdits(in: $0) }
        migrator.registerMigration("catalog 5: covers", foreignKeyChecks: .immediate) { database in
            try database.execute(
                sql: """
                    CREATE TABLE cover (
                        digest TEXT PRIMARY KEY CHECK (length(digest) = 64),
                        image BLOB NOT NULL
                    ) STRICT
                    """)
        }
        migrator.registerMigration("catalog 6: files of books", foreignKeyChecks: .immediate) {
            try $0.execute(sql: imports)
        }
        migrator.registerMigration("catalog 7: orders of customers", foreignKeyChecks: .immediate) {
            try loosen(
                "OR (units IS -1 AND price_cents IS NULL AND order_key IS NOT NULL)",
                to: """
                    OR (units IS NOT NULL AND price_cents IS NULL
                        AND (kind <> 0 OR (units IS -1 AND order_key IS NOT NULL)))
                    """, in: $0)
            try $0.execute(sql: OrderRows.tables)
        }
        migrator.registerMigration("catalog 8: baskets", foreignKeyChecks: .immediate) {
            try $0.execute(sql: BasketRows.table)
        }
        migrator.registerMigration("catalog 9: keepers", foreignKeyChecks: .immediate) {
            try $0.execute(sql: KeeperRows.tables)
        }
        migrator.registerMigration("catalog 10: settings of the shop", foreignKeyChecks: .immediate) {
            try $0.execute(sql: SettingRows.table)
        }
        migrator.registerMigration("catalog 11: webhooks", foreignKeyChecks: .immediate) {
            try $0.execute(sql: WebhookRows.tables)
        }
        return migrator
    }

    /// Puts the first books into an empty database.
    ///
    /// - Parameter progress: called with the number stored so far.
    static func insert(_ books: [Book], in database: Database, progress: (Int) -> Void) throws {
        for (index, book) in books.enumerated() {
            guard try CatalogRow.insert(book, addedBy: nil, in: database) else {
                throw DatabaseError(
                    resultCode: .SQLITE_CONSTRAINT, message: "book \(book.item) is among the books twice")
            }
            if index % 4096 == 0 { progress(index) }
        }
        progress(books.count)
    }

    /// Brings titles and topics into composed form (NFC), in which they come in since. Topics that were one to the eye
    /// become one. A log with the old spellings matches the same books: it is composed when read.
    private static func composeTexts(in database: Database) throws {
        let rows = try Row.fetchCursor(database, sql: "SELECT item_number, title, topic FROM book")
        var changed: [(item: Int64, title: String, topic: String)] = []
        while let row = try rows.next() {
            let (title, topic): (String, String) = (row[1], row[2])
            let composed = (title: ShopText.composed(title), topic: ShopText.composed(topic))
            // By their bytes: as Swift strings they are equal.
            guard
                !composed.title.utf8.elementsEqual(title.utf8)
                    || !composed.topic.utf8.elementsEqual(topic.utf8)
            else { continue }
            changed.append((row[0], composed.title, composed.topic))
        }
        let update = try database.cachedStatement(
            sql: "UPDATE book SET title = ?, topic = ? WHERE item_number = ?")
        for book in changed { try update.execute(arguments: [book.title, book.topic, book.item]) }
    }

    private static func createBooks(in database: Database) throws {
        try database.execute(
            sql: """
                CREATE TABLE book (
                    item_number INTEGER PRIMARY KEY CHECK (item_number > 0),
                    title TEXT NOT NULL,
                    topic TEXT NOT NULL,
                    price_cents INTEGER NOT NULL CHECK (price_cents >= 0),
                    stock INTEGER NOT NULL CHECK (stock >= 0),
                    opening_price_cents INTEGER NOT NULL CHECK (opening_price_cents >= 0),
                    opening_stock INTEGER NOT NULL CHECK (opening_stock >= 0)
                ) STRICT;
                CREATE TRIGGER book_opening_is_fixed
                BEFORE UPDATE OF opening_price_cents, opening_stock ON book
                BEGIN SELECT RAISE(ABORT, 'the opening state of a book does not change'); END;
                """)
    }

    /// A movement is one executed update. A sale is a movement of one unit under a key; sales are numbered
    /// without gaps, so that an order server can tell which it lacks.
    private static func createLedger(in database: Database) throws {
        try database.execute(
            sql: """
                CREATE TABLE ledger (identity INTEGER NOT NULL) STRICT;
                INSERT INTO ledger VALUES (random());
                CREATE TABLE movement (
                    sequence INTEGER PRIMARY KEY,
                    item_number INTEGER NOT NULL REFERENCES book,
                    units INTEGER,
                    price_cents INTEGER CHECK (price_cents >= 0),
                    stock_after INTEGER NOT NULL CHECK (stock_after >= 0),
                    order_key TEXT,
                    sale INTEGER CHECK (sale > 0),
                    at_millis INTEGER NOT NULL,
                    CHECK (units IS NOT NULL OR price_cents IS NOT NULL),
                    CHECK (sale IS NULL
                        OR (units IS -1 AND price_cents IS NULL AND order_key IS NOT NULL))
                ) STRICT;
                CREATE UNIQUE INDEX movement_order_key ON movement (order_key)
                    WHERE order_key IS NOT NULL;
                CREATE UNIQUE INDEX movement_sale ON movement (sale) WHERE sale IS NOT NULL;
                CREATE TRIGGER movement_is_append_only_2 BEFORE DELETE ON movement
                BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
                CREATE TABLE refusal (
                    order_key TEXT PRIMARY KEY,
                    item_number INTEGER NOT NULL REFERENCES book,
                    units INTEGER,
                    price_cents INTEGER,
                    at_millis INTEGER NOT NULL
                ) STRICT, WITHOUT ROWID;
                CREATE INDEX refusal_at ON refusal (at_millis);
                """)
        try createMovementTriggers(in: database)
    }

    fileprivate static func createMovementTriggers(in database: Database) throws {
        try database.execute(
            sql: """
                CREATE TRIGGER movement_is_append_only_1 BEFORE UPDATE ON movement
                BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
                """)
    }
}

/// What the second version of the tables adds: the ledger of a single book, added and retired books, who
/// changed something and why.
///
/// Sales pay for it with a few bytes in rows that they write anyway. The movements of a book are chained to
/// each other (`previous`) instead of indexed, since an index would have to be written with every sale.
extension CatalogSchema {
    fileprivate static func addKeeping(in database: Database) throws {
        try database.execute(
            sql: """
                ALTER TABLE book ADD COLUMN sold INTEGER NOT NULL DEFAULT 0 CHECK (sold >= 0);
                ALTER TABLE book ADD COLUMN retired INTEGER NOT NULL DEFAULT 0 CHECK (retired IN (0, 1));
                ALTER TABLE book ADD COLUMN added_by INTEGER;
                ALTER TABLE book ADD COLUMN last_movement INTEGER NOT NULL DEFAULT 0;
                ALTER TABLE book ADD COLUMN previous_movement INTEGER NOT NULL DEFAULT 0;
                ALTER TABLE movement ADD COLUMN kind INTEGER NOT NULL DEFAULT 0 CHECK (kind IN (0, 1, 2));
                ALTER TABLE movement ADD COLUMN price_after INTEGER CHECK (price_after >= 0);
                ALTER TABLE movement ADD COLUMN previous INTEGER NOT NULL DEFAULT 0
                    CHECK (previous < sequence);
                CREATE INDEX movement_kind ON movement (sequence) WHERE kind <> 0;
                CREATE TABLE keeper_request (
                    first_sequence INTEGER PRIMARY KEY REFERENCES movement,
                    last_sequence INTEGER NOT NULL REFERENCES movement,
                    request_key TEXT UNIQUE,
                    actor TEXT,
                    reason TEXT,
                    CHECK (last_sequence >= first_sequence)
                ) STRICT;
                CREATE TRIGGER keeper_request_is_append_only_1 BEFORE UPDATE ON keeper_request
                BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
                CREATE TRIGGER keeper_request_is_append_only_2 BEFORE DELETE ON keeper_request
                BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
                """)
        try chainMovements(in: database)
    }

    private struct Chain {
        var last: Int64 = 0
        var previous: Int64 = 0
        var price: Int64
        var sold: Int64 = 0
    }

    /// Works out from the ledger what follows from it: each movement's predecessor and price, and each
    /// book's last movement and sales. For a ledger that was written without them.
    static func chainMovements(in database: Database) throws {
        guard try Int.fetchOne(database, sql: "SELECT 1 FROM movement LIMIT 1") != nil else { return }
        try database.execute(sql: "DROP TRIGGER movement_is_append_only_1")
        var chains: [Int64: Chain] = [:]
        let prices = try Row.fetchCursor(database, sql: "SELECT item_number, opening_price_cents FROM book")
        while let row = try prices.next() { chains[row[0]] = Chain(price: row[1]) }
        let sold = "iif(kind < \(MovementKind.placed.rawValue), sale IS NOT NULL, -units)"
        let movements = try Row.fetchCursor(
            database,
            sql: "SELECT sequence, item_number, price_cents, \(sold) FROM movement ORDER BY sequence"
        )
        let link = try database.cachedStatement(
            sql: "UPDATE movement SET previous = ?, price_after = ? WHERE sequence = ?")
        while let row = try movements.next() {
            guard var chain = chains[row[1]] else { continue }
            chain.previous = chain.last
            chain.last = row[0]
            chain.price = (row[2] as Int64?) ?? chain.price
            chain.sold += row[3]
            chains[row[1]] = chain
            try link.execute(arguments: [chain.previous, chain.price, chain.last])
        }
        let book = try database.cachedStatement(
            sql: """
                UPDATE book SET last_movement = ?, previous_movement = ?, sold = ? WHERE item_number = ?
                """)
        for (item, chain) in chains where chain.last > 0 {
            try book.execute(arguments: [chain.last, chain.previous, chain.sold, item])
        }
        try createMovementTriggers(in: database)
    }
}

/// What the fourth version of the tables adds: what is said of a book can change.
extension CatalogSchema {
    fileprivate static func addEdits(in database: Database) throws {
        try database.execute(
            sql: """
                ALTER TABLE book ADD COLUMN opening_title TEXT;
                ALTER TABLE book ADD COLUMN opening_topic TEXT;
                CREATE TRIGGER book_opening_texts_are_fixed BEFORE UPDATE OF opening_title, opening_topic ON book
                WHEN OLD.opening_title IS NOT NULL
                    AND (NEW.opening_title IS NOT OLD.opening_title OR NEW.opening_topic IS NOT OLD.opening_topic)
                BEGIN SELECT RAISE(ABORT, 'the opening state of a book does not change'); END;
                CREATE TABLE book_facts (
                    item_number INTEGER PRIMARY KEY REFERENCES book,
                    facts TEXT NOT NULL CHECK (json_type(facts) = 'object')
                ) STRICT;
                CREATE INDEX book_facts_isbn ON book_facts (json_extract(facts, '$.isbn'));
                CREATE TABLE edit (
                    sequence INTEGER PRIMARY KEY REFERENCES movement,
                    changes TEXT NOT NULL CHECK (json_type(changes) = 'object')
                ) STRICT;
                CREATE TRIGGER edit_is_append_only_1 BEFORE UPDATE ON edit
                BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
                CREATE TRIGGER edit_is_append_only_2 BEFORE DELETE ON edit
                BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
                """)
        // Kinds that this version does not know.
        try loosen("CHECK (kind IN (0, 1, 2))", to: "CHECK (kind >= 0)", in: database)
    }

    /// Loosens a condition of `movement`.
    ///
    /// SQLite cannot change a condition of a table. To copy the table with its indexes takes minutes and as much space
    /// again in a ledger of some hundred million movements. A condition that is only loosened leaves every row as it is, so the
    /// table's text is changed instead, as SQLite's documentation of ALTER TABLE (section 7) shows it.
    fileprivate static func loosen(_ condition: String, to other: String, in database: Database) throws {
        let version = try Int.fetchOne(database, sql: "PRAGMA schema_version") ?? 0
        try database.execute(
            sql: """
                PRAGMA writable_schema = ON;
                UPDATE sqlite_schema SET sql = replace(sql, '\(condition)', '\(other)')
                WHERE type = 'table' AND name = 'movement' AND instr(sql, '\(condition)') > 0;
                """)
        guard database.changesCount == 1 else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "the ledger has another condition")
        }
        try database.execute(
            sql: "PRAGMA schema_version = \(version + 1); PRAGMA writable_schema = OFF")
    }
}
