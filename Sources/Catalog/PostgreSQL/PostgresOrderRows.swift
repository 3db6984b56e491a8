package import Model
internal import Storage

/// Customers' orders in PostgreSQL: the tables of ``OrderRows``.
enum PostgresOrderRows {
    static let tables = """
        DO $$ DECLARE name text; BEGIN
            SELECT conname INTO STRICT name FROM pg_constraint
            WHERE conrelid = 'bookstore.movement'::regclass AND contype = 'c'
                AND pg_get_constraintdef(oid) LIKE '%sale IS NULL%';
            EXECUTE format('ALTER TABLE bookstore.movement DROP CONSTRAINT %I', name);
        END $$;
        ALTER TABLE bookstore.movement ADD CONSTRAINT movement_sale_is_one CHECK (
            sale IS NULL OR (units IS NOT NULL AND price_cents IS NULL
                AND (kind <> 0 OR (units = -1 AND order_key IS NOT NULL)))) NOT VALID;
        CREATE TABLE bookstore.customer_order (
            number bigint PRIMARY KEY CHECK (number > 0),
            sequence bigint NOT NULL UNIQUE REFERENCES bookstore.movement,
            state bigint NOT NULL DEFAULT 0 CHECK (state BETWEEN 0 AND 4)
        );
        CREATE INDEX customer_order_state ON bookstore.customer_order (state, number);
        CREATE TRIGGER customer_order_goes_on BEFORE UPDATE ON bookstore.customer_order
            FOR EACH ROW WHEN (
                NEW.number <> OLD.number OR NEW.sequence <> OLD.sequence
                OR (OLD.state, NEW.state) NOT IN ((0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 4)))
            EXECUTE FUNCTION bookstore.refuse();
        CREATE TRIGGER customer_order_stays BEFORE DELETE OR TRUNCATE ON bookstore.customer_order
            FOR EACH STATEMENT EXECUTE FUNCTION bookstore.refuse();
        CREATE TABLE bookstore.order_line (
            order_number bigint NOT NULL REFERENCES bookstore.customer_order,
            item_number bigint NOT NULL REFERENCES bookstore.book,
            copies bigint NOT NULL CHECK (copies > 0),
            price_cents bigint NOT NULL CHECK (price_cents >= 0),
            put_back bigint NOT NULL DEFAULT 0 CHECK (put_back BETWEEN 0 AND copies),
            PRIMARY KEY (order_number, item_number)
        );
        CREATE INDEX order_line_item ON bookstore.order_line (item_number, order_number);
        CREATE TRIGGER order_line_is_fixed BEFORE UPDATE ON bookstore.order_line
            FOR EACH ROW WHEN (
                NEW.copies <> OLD.copies OR NEW.price_cents <> OLD.price_cents OR NEW.put_back < OLD.put_back)
            EXECUTE FUNCTION bookstore.refuse();
        CREATE TRIGGER order_line_stays BEFORE DELETE OR TRUNCATE ON bookstore.order_line
            FOR EACH STATEMENT EXECUTE FUNCTION bookstore.refuse();
        CREATE TABLE bookstore.order_step (
            sequence bigint PRIMARY KEY REFERENCES bookstore.movement,
            order_number bigint NOT NULL REFERENCES bookstore.customer_order,
            movement_count bigint NOT NULL CHECK (movement_count > 0)
        );
        CREATE INDEX order_step_order ON bookstore.order_step (order_number, sequence);
        CREATE TRIGGER order_step_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON bookstore.order_step
            FOR EACH STATEMENT EXECUTE FUNCTION bookstore.refuse();
        CREATE TABLE bookstore.order_contact (
            order_number bigint PRIMARY KEY REFERENCES bookstore.customer_order,
            name text,
            email text,
            delivery text
        );

        """

    // MARK: Writing

    /// The statements that write orders whose movements are written before them.
    static func insertion(_ orders: [(order: PlacedOrder, movement: Int64)]) -> [PostgresStatement] {
        guard !orders.isEmpty else { return [] }
        let numbers = orders.map(\.order.number)
        let lines = orders.flatMap { order, _ in order.lines.map { (order: order.number, line: $0) } }
        let contacts = orders.compactMap { order, _ in
            order.contact.map { (order: order.number, contact: $0) }
        }
        return [
            PostgresStatement(
                """
                INSERT INTO customer_order (number, sequence) SELECT * FROM unnest($1::bigint[], $2::bigint[])
                """, [.ints(numbers), .ints(orders.map(\.movement))]),
            PostgresStatement(
                """
                INSERT INTO order_line (order_number, item_number, copies, price_cents)
                SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[])
                """,
                [
                    .ints(lines.map(\.order)), .ints(lines.map(\.line.item.value)),
                    .ints(lines.map(\.line.copies)), .ints(lines.map(\.line.price.amount)),
                ]),
            insertion(
                steps: orders.map { ($0.movement, $0.order.number, $0.order.lines.count) }),
            PostgresStatement(
                """
                INSERT INTO order_contact (order_number, name, email, delivery)
                SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[])
                """,
                [
                    .ints(contacts.map(\.order)), .texts(contacts.map(\.contact.name)),
                    .texts(contacts.map(\.contact.email)), .texts(contacts.map(\.contact.delivery)),
                ]),
        ]
    }

    static func insertion(
        steps: [(movement: Int64, order: Int64, count: Int)]
    ) -> PostgresStatement {
        PostgresStatement(
            """
            INSERT INTO order_step (sequence, order_number, movement_count)
            SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[])
            """,
            [
                .ints(steps.map(\.movement)), .ints(steps.map(\.order)),
                .ints(steps.map { Int64($0.count) }),
            ])
    }

    /// The statements that write a step whose movements are written before them.
    static func writing(_ step: LedgerStep) -> [PostgresStatement] {
        let state = step.state.map {
            PostgresStatement(
                "UPDATE customer_order SET state = $1::bigint WHERE number = $2::bigint",
                [.int($0.rawValue), .int(step.order)])
        }
        return [
            insertion(steps: [(step.movement, step.order, step.movementCount)]),
            PostgresStatement(
                """
                UPDATE order_line SET put_back = put_back + back.copies
                FROM unnest($2::bigint[], $3::bigint[]) AS back (item, copies)
                WHERE order_number = $1::bigint AND item_number = back.item
                """,
                [
                    .int(step.order), .ints(step.lines.map(\.item.value)),
                    .ints(step.lines.map(\.copies)),
                ]),
        ] + (state.map { [$0] } ?? [])
    }

    // MARK: Reading

    /// Orders by their numbers, the newest first.
    static func find(_ numbers: [Int64], on connection: PostgresConnection) throws -> [PlacedOrder] {
        guard !numbers.isEmpty else { return [] }
        let rows = try connection.run([
            PostgresStatement(
                """
                SELECT number, state, order_key, name, email, delivery
                FROM customer_order JOIN movement USING (sequence) LEFT JOIN order_contact ON order_number = number
                WHERE number = ANY($1::bigint[]) ORDER BY number DESC
                """, [.ints(numbers)]),
            PostgresStatement(
                """
                SELECT order_number, item_number, title, copies, order_line.price_cents, put_back
                FROM order_line JOIN book USING (item_number)
                WHERE order_number = ANY($1::bigint[]) ORDER BY order_number, item_number
                """, [.ints(numbers)]),
            PostgresStatement(
                """
                SELECT order_number, kind, at_millis, actor, reason FROM order_step JOIN movement USING (sequence)
                LEFT JOIN keeper_request ON first_sequence = sequence
                WHERE order_number = ANY($1::bigint[]) ORDER BY sequence
                """, [.ints(numbers)]),
        ])
        var lines: [Int64: [PlacedOrder.Line]] = [:]
        for row in rows[1] {
            guard let item = ItemNumber(row[1]), let price = Cents(row[4]) else { continue }
            lines[row[0], default: []].append(
                PlacedOrder.Line(
                    item: item, title: row.text(2) ?? "", copies: row[3], price: price, putBack: row[5]))
        }
        var steps: [Int64: [PlacedOrder.Step]] = [:]
        for row in rows[2] {
            steps[row[0], default: []].append(
                PlacedOrder.Step(
                    state: MovementKind(rawValue: row[1])?.orderState ?? .placed,
                    time: Timestamp(millis: row[2]), actor: row.text(3), reason: row.text(4)))
        }
        return rows[0].map { row in
            let contact = OrderContact(name: row.text(3), email: row.text(4), delivery: row.text(5))
            return PlacedOrder(
                number: row[0], key: IdempotencyKey(trusted: row.text(2) ?? ""),
                state: OrderState(rawValue: row[1]) ?? .placed, lines: lines[row[0]] ?? [],
                steps: steps[row[0]] ?? [], contact: contact.isEmpty ? nil : contact)
        }
    }

    /// The numbers of the orders that a filter lets through, the newest first.
    static func numbers(_ filter: OrderFilter, on connection: PostgresConnection) throws -> [Int64] {
        let named = filter.words.flatMap { Int64($0) } ?? 0
        return try connection.run(
            """
            SELECT number FROM customer_order
            WHERE number < $1::bigint AND ($2::bigint IS NULL OR state = $2::bigint)
                AND ($3::bigint IS NULL OR number IN (
                    SELECT order_number FROM order_line WHERE item_number = $3::bigint))
                AND ($4::text IS NULL OR number = $5::bigint
                    OR number IN (SELECT sale FROM movement WHERE order_key = $4::text)
                    OR number IN (
                        SELECT order_number FROM order_contact
                        WHERE position(lower($4::text) IN lower(name)) > 0
                            OR position(lower($4::text) IN lower(email)) > 0))
            ORDER BY number DESC LIMIT $6::bigint
            """,
            [
                .int(filter.before ?? .max), .int(filter.state?.rawValue), .int(filter.item?.value),
                .text(filter.words), .int(named), .int(Int64(filter.limit)),
            ]
        ).map { $0[0] }
    }

    /// What steps of orders sold or put back, by their first movements, for order servers.
    static func shares(
        _ movements: [Int64], on connection: PostgresConnection
    ) throws -> [Int64: (key: IdempotencyKey, share: OrderShare)] {
        guard !movements.isEmpty else { return [:] }
        let rows = try connection.run(
            """
            SELECT order_step.sequence, order_number, made.kind, made.item_number, made.units, first.order_key
            FROM order_step JOIN customer_order ON number = order_number
            JOIN movement AS first ON first.sequence = customer_order.sequence
            JOIN movement AS made ON made.sequence >= order_step.sequence
                AND made.sequence < order_step.sequence + movement_count
            WHERE order_step.sequence = ANY($1::bigint[]) ORDER BY made.sequence
            """, [.ints(movements)])
        return OrderShares.read(
            rows.map {
                OrderShares.Row(
                    step: $0[0], order: $0[1], kind: $0[2], item: $0[3], units: $0.int(4) ?? 0,
                    key: $0.text(5) ?? "")
            })
    }
}

extension PostgresCatalogStore {
    package func order(_ number: Int64) throws -> PlacedOrder? {
        try database.read { try PostgresOrderRows.find([number], on: $0).first }
    }

    package func order(of key: IdempotencyKey) throws -> PlacedOrder? {
        try database.read { connection in
            let number = try connection.run(
                """
                SELECT sale FROM movement
                WHERE order_key = $1::text AND kind = \(MovementKind.placed.rawValue) AND sale IS NOT NULL
                """, [.text(key.text)])
            return try number.first.flatMap { try PostgresOrderRows.find([$0[0]], on: connection).first }
        }
    }

    package func orders(_ filter: OrderFilter) throws -> [PlacedOrder] {
        try database.read {
            try PostgresOrderRows.find(try PostgresOrderRows.numbers(filter, on: $0), on: $0)
        }
    }
}
