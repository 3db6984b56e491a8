internal import GRDB
package import Model
internal import Storage

/// Customers' orders in SQLite.
enum OrderRows {
    static let tables = """
        CREATE TABLE customer_order (
            number INTEGER PRIMARY KEY CHECK (number > 0),
            sequence INTEGER NOT NULL UNIQUE REFERENCES movement,
            state INTEGER NOT NULL DEFAULT 0 CHECK (state BETWEEN 0 AND 4)
        ) STRICT;
        CREATE INDEX customer_order_state ON customer_order (state, number);
        CREATE TRIGGER customer_order_goes_on BEFORE UPDATE ON customer_order
        WHEN NEW.number <> OLD.number OR NEW.sequence <> OLD.sequence
            OR (OLD.state, NEW.state) NOT IN (VALUES (0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 4))
        BEGIN SELECT RAISE(ABORT, 'an order does not take this step'); END;
        CREATE TRIGGER customer_order_stays BEFORE DELETE ON customer_order
        BEGIN SELECT RAISE(ABORT, 'an order is not deleted'); END;
        CREATE TABLE order_line (
            order_number INTEGER NOT NULL REFERENCES customer_order,
            item_number INTEGER NOT NULL REFERENCES book,
            copies INTEGER NOT NULL CHECK (copies > 0),
            price_cents INTEGER NOT NULL CHECK (price_cents >= 0),
            put_back INTEGER NOT NULL DEFAULT 0 CHECK (put_back BETWEEN 0 AND copies),
            PRIMARY KEY (order_number, item_number)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX order_line_item ON order_line (item_number, order_number);
        CREATE TRIGGER order_line_is_fixed BEFORE UPDATE ON order_line
        WHEN NEW.copies <> OLD.copies OR NEW.price_cents <> OLD.price_cents OR NEW.put_back < OLD.put_back
        BEGIN SELECT RAISE(ABORT, 'a line of an order does not change'); END;
        CREATE TRIGGER order_line_stays BEFORE DELETE ON order_line
        BEGIN SELECT RAISE(ABORT, 'a line of an order is not deleted'); END;
        CREATE TABLE order_step (
            sequence INTEGER PRIMARY KEY REFERENCES movement,
            order_number INTEGER NOT NULL REFERENCES customer_order,
            movement_count INTEGER NOT NULL CHECK (movement_count > 0)
        ) STRICT;
        CREATE INDEX order_step_order ON order_step (order_number, sequence);
        CREATE TRIGGER order_step_is_append_only_1 BEFORE UPDATE ON order_step
        BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
        CREATE TRIGGER order_step_is_append_only_2 BEFORE DELETE ON order_step
        BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
        CREATE TABLE order_contact (
            order_number INTEGER PRIMARY KEY REFERENCES customer_order,
            name TEXT,
            email TEXT,
            delivery TEXT
        ) STRICT;
        """

    // MARK: Writing

    static func insert(_ order: PlacedOrder, from movement: Int64, in database: Database) throws {
        try database.cachedStatement(sql: "INSERT INTO customer_order (number, sequence) VALUES (?, ?)")
            .execute(arguments: [order.number, movement])
        let line = try database.cachedStatement(
            sql: "INSERT INTO order_line (order_number, item_number, copies, price_cents) VALUES (?, ?, ?, ?)"
        )
        for sold in order.lines {
            try line.execute(arguments: [
                order.number, sold.item.value, sold.copies, sold.price.amount,
            ])
        }
        try insertStep(of: order.number, from: movement, count: order.lines.count, in: database)
        guard let contact = order.contact else { return }
        try database.cachedStatement(
            sql: "INSERT INTO order_contact (order_number, name, email, delivery) VALUES (?, ?, ?, ?)"
        ).execute(arguments: [order.number, contact.name, contact.email, contact.delivery])
    }

    static func write(_ step: LedgerStep, in database: Database) throws {
        try insertStep(of: step.order, from: step.movement, count: step.movementCount, in: database)
        let line = try database.cachedStatement(
            sql: "UPDATE order_line SET put_back = put_back + ? WHERE order_number = ? AND item_number = ?")
        for back in step.lines {
            try line.execute(arguments: [back.copies, step.order, back.item.value])
        }
        guard let state = step.state else { return }
        try database.cachedStatement(sql: "UPDATE customer_order SET state = ? WHERE number = ?")
            .execute(arguments: [state.rawValue, step.order])
    }

    static func insertStep(
        of order: Int64, from movement: Int64, count: Int, in database: Database
    ) throws {
        try database.cachedStatement(
            sql: "INSERT INTO order_step (sequence, order_number, movement_count) VALUES (?, ?, ?)"
        ).execute(arguments: [movement, order, count])
    }

    // MARK: Reading

    static func find(_ number: Int64, in database: Database) throws -> PlacedOrder? {
        let head = try database.cachedStatement(
            sql: """
                SELECT state, order_key, name, email, delivery
                FROM customer_order JOIN movement USING (sequence) LEFT JOIN order_contact ON order_number = number
                WHERE number = ?
                """)
        guard let row = try Row.fetchOne(head, arguments: [number]) else { return nil }
        let contact = OrderContact(name: row[2], email: row[3], delivery: row[4])
        return PlacedOrder(
            number: number, key: IdempotencyKey(trusted: row[1]),
            state: OrderState(rawValue: row[0]) ?? .placed, lines: try lines(of: number, in: database),
            steps: try steps(of: number, in: database), contact: contact.isEmpty ? nil : contact)
    }

    private static func lines(of number: Int64, in database: Database) throws -> [PlacedOrder.Line] {
        let statement = try database.cachedStatement(
            sql: """
                SELECT item_number, title, copies, order_line.price_cents, put_back
                FROM order_line JOIN book USING (item_number) WHERE order_number = ? ORDER BY item_number
                """)
        return try Row.fetchAll(statement, arguments: [number]).compactMap { row in
            guard let item = ItemNumber(row[0] as Int64), let price = Cents(row[3] as Int64) else {
                return nil
            }
            return PlacedOrder.Line(item: item, title: row[1], copies: row[2], price: price, putBack: row[4])
        }
    }

    private static func steps(of number: Int64, in database: Database) throws -> [PlacedOrder.Step] {
        let statement = try database.cachedStatement(
            sql: """
                SELECT kind, at_millis, actor, reason FROM order_step JOIN movement USING (sequence)
                LEFT JOIN keeper_request ON first_sequence = sequence
                WHERE order_number = ? ORDER BY sequence
                """)
        return try Row.fetchAll(statement, arguments: [number]).map { row in
            PlacedOrder.Step(
                state: MovementKind(rawValue: row[0])?.orderState ?? .placed,
                time: Timestamp(millis: row[1]), actor: row[2], reason: row[3])
        }
    }

    /// The numbers of the orders that a filter lets through, the newest first.
    static func numbers(_ filter: OrderFilter, in database: Database) throws -> [Int64] {
        var conditions = ["number < ?"]
        var arguments: StatementArguments = [filter.before ?? Int64.max]
        if let state = filter.state {
            conditions.append("state = ?")
            arguments += [state.rawValue]
        }
        if let item = filter.item {
            conditions.append("number IN (SELECT order_number FROM order_line WHERE item_number = ?)")
            arguments += [item.value]
        }
        if let words = filter.words {
            conditions.append(
                """
                (number = ? OR number IN (SELECT sale FROM movement WHERE order_key = ?)
                    OR number IN (
                        SELECT order_number FROM order_contact WHERE instr(lower(name), lower(?)) > 0
                        UNION ALL SELECT order_number FROM order_contact WHERE instr(lower(email), lower(?)) > 0))
                """)
            arguments += [Int64(words) ?? 0, words, words, words]
        }
        return try Int64.fetchAll(
            database,
            sql: """
                SELECT number FROM customer_order WHERE \(conditions.joined(separator: " AND "))
                ORDER BY number DESC LIMIT \(filter.limit)
                """, arguments: arguments)
    }

    /// What steps of orders sold or put back, by their first movements, for order servers.
    static func shares(
        _ movements: [Int64], in database: Database
    ) throws -> [Int64: (key: IdempotencyKey, share: OrderShare)] {
        guard !movements.isEmpty else { return [:] }
        let list = "[" + movements.map(String.init).joined(separator: ",") + "]"
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT order_step.sequence, order_number, made.kind, made.item_number, made.units, first.order_key
                FROM order_step JOIN customer_order ON number = order_number
                JOIN movement AS first ON first.sequence = customer_order.sequence
                JOIN movement AS made ON made.sequence >= order_step.sequence
                    AND made.sequence < order_step.sequence + movement_count
                WHERE order_step.sequence IN (SELECT value FROM json_each(?)) ORDER BY made.sequence
                """, arguments: [list])
        return OrderShares.read(
            rows.map {
                OrderShares.Row(
                    step: $0[0], order: $0[1], kind: $0[2], item: $0[3], units: $0[4] ?? 0, key: $0[5])
            })
    }
}

extension CatalogStore {
    package func order(_ number: Int64) throws -> PlacedOrder? {
        try file.read { try OrderRows.find(number, in: $0) }
    }

    package func order(of key: IdempotencyKey) throws -> PlacedOrder? {
        try file.read { database in
            let number = try Int64.fetchOne(
                database.cachedStatement(
                    sql:
                        "SELECT sale FROM movement WHERE order_key = ? AND kind = \(MovementKind.placed.rawValue)"
                ),
                arguments: [key.text])
            return try number.flatMap { try OrderRows.find($0, in: database) }
        }
    }

    package func orders(_ filter: OrderFilter) throws -> [PlacedOrder] {
        try file.read { database in
            try OrderRows.numbers(filter, in: database).compactMap { try OrderRows.find($0, in: database) }
        }
    }
}
