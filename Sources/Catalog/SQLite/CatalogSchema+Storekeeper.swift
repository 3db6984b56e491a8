internal import GRDB

/// What the second version of the tables adds: the ledger of a single book, added and retired books, who
/// changed something and why.
///
/// Sales pay for it with a few bytes in rows that they write anyway. The movements of a book are chained to
/// each other (`previous`) instead of indexed, since an index would have to be written with every sale.
extension CatalogSchema {
    /// A movement's kind, as the database has it.
    enum MovementKind: Int64 {
        case update = 0
        case added = 1
        case retired = 2
    }

    static func addKeeping(in database: Database) throws {
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
        let movements = try Row.fetchCursor(
            database, sql: "SELECT sequence, item_number, price_cents, sale FROM movement ORDER BY sequence")
        let link = try database.cachedStatement(
            sql: "UPDATE movement SET previous = ?, price_after = ? WHERE sequence = ?")
        while let row = try movements.next() {
            guard var chain = chains[row[1]] else { continue }
            let isSale = (row[3] as Int64?) != nil
            chain.previous = chain.last
            chain.last = row[0]
            chain.price = (row[2] as Int64?) ?? chain.price
            chain.sold += isSale ? 1 : 0
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
