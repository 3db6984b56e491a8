internal import Storage

/// The catalog's tables in PostgreSQL: those of ``CatalogSchema``, with the same names, and a row that is the ledger's
/// head. The database itself refuses an oversold book, a second sale under one key and any change of the ledger's past.
///
/// Whoever writes locks the head first and keeps it to the end of the transaction, so that movements and sales become
/// visible in the order of their numbers, and have no gaps. A sequence of the database promises neither.
enum PostgresCatalogSchema {
    static let schema = PostgresSchema(
        tier: "catalog",
        versions: [
            books + ledger + refusals, logs + PostgresRefusals.counting(refusal), edits, PostgresCovers.table,
            imports, PostgresOrderRows.tables, PostgresBasketRows.table,
            PostgresKeeperRows.tables, PostgresSettingRows.table, PostgresWebhookRows.tables,
        ],
        lock: 0x426B_4361)

    private static let books = """
        CREATE TABLE bookstore.book (
            item_number bigint PRIMARY KEY CHECK (item_number > 0),
            title text NOT NULL,
            topic text NOT NULL,
            price_cents bigint NOT NULL CHECK (price_cents >= 0),
            stock bigint NOT NULL CHECK (stock >= 0),
            opening_price_cents bigint NOT NULL CHECK (opening_price_cents >= 0),
            opening_stock bigint NOT NULL CHECK (opening_stock >= 0),
            sold bigint NOT NULL DEFAULT 0 CHECK (sold >= 0),
            retired boolean NOT NULL DEFAULT false,
            added_by bigint,
            last_movement bigint NOT NULL DEFAULT 0,
            previous_movement bigint NOT NULL DEFAULT 0
        ) WITH (fillfactor = 80);
        CREATE TRIGGER book_opening_is_fixed
            BEFORE UPDATE OF opening_price_cents, opening_stock, added_by OR DELETE OR TRUNCATE ON bookstore.book
            FOR EACH STATEMENT EXECUTE FUNCTION bookstore.refuse();

        """

    private static let ledger = """
        CREATE TABLE bookstore.ledger (
            is_one boolean PRIMARY KEY DEFAULT true CHECK (is_one),
            identity bigint NOT NULL,
            sequence bigint NOT NULL DEFAULT 0,
            sale bigint NOT NULL DEFAULT 0 CHECK (sale BETWEEN 0 AND sequence)
        ) WITH (fillfactor = 10);
        CREATE TABLE bookstore.movement (
            sequence bigint PRIMARY KEY CHECK (sequence > 0),
            item_number bigint NOT NULL REFERENCES bookstore.book,
            units bigint,
            price_cents bigint CHECK (price_cents >= 0),
            stock_after bigint NOT NULL CHECK (stock_after >= 0),
            price_after bigint NOT NULL CHECK (price_after >= 0),
            order_key text,
            sale bigint CHECK (sale > 0),
            kind bigint NOT NULL CHECK (kind IN (0, 1, 2)),
            previous bigint NOT NULL CHECK (previous < sequence),
            at_millis bigint NOT NULL,
            CHECK (units IS NOT NULL OR price_cents IS NOT NULL),
            CHECK (sale IS NULL OR (
                units IS NOT DISTINCT FROM -1 AND price_cents IS NULL AND order_key IS NOT NULL))
        );
        CREATE UNIQUE INDEX movement_order_key ON bookstore.movement (order_key) WHERE order_key IS NOT NULL;
        CREATE UNIQUE INDEX movement_sale ON bookstore.movement (sale) WHERE sale IS NOT NULL;
        CREATE INDEX movement_kind ON bookstore.movement (sequence) WHERE kind <> 0;
        CREATE TRIGGER movement_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON bookstore.movement
            FOR EACH STATEMENT EXECUTE FUNCTION bookstore.refuse();
        CREATE TABLE bookstore.keeper_request (
            first_sequence bigint PRIMARY KEY REFERENCES bookstore.movement,
            last_sequence bigint NOT NULL REFERENCES bookstore.movement,
            request_key text UNIQUE,
            actor text,
            reason text,
            CHECK (last_sequence >= first_sequence)
        );
        CREATE TRIGGER keeper_request_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON bookstore.keeper_request
            FOR EACH STATEMENT EXECUTE FUNCTION bookstore.refuse();

        """

    /// Several catalogs have a log each, of the movements that they executed.
    private static let logs =
        """
        ALTER TABLE bookstore.movement ADD COLUMN log bigint NOT NULL DEFAULT 1 CHECK (log > 0);

        """ + PostgresLog.table("catalog", last: "SELECT coalesce(max(sequence), 0) FROM bookstore.movement")

    /// What is said of a book can change, and a retired one can come back. What holds of all movements that are there
    /// is not looked for in each of them.
    private static let edits = """
        ALTER TABLE bookstore.movement DROP CONSTRAINT movement_kind_check;
        ALTER TABLE bookstore.movement ADD CONSTRAINT movement_kind_check CHECK (kind >= 0) NOT VALID;
        ALTER TABLE bookstore.book ADD COLUMN opening_title text, ADD COLUMN opening_topic text;
        CREATE TRIGGER book_opening_texts_are_fixed BEFORE UPDATE OF opening_title, opening_topic ON bookstore.book
            FOR EACH ROW WHEN (OLD.opening_title IS NOT NULL AND (
                NEW.opening_title IS DISTINCT FROM OLD.opening_title
                OR NEW.opening_topic IS DISTINCT FROM OLD.opening_topic))
            EXECUTE FUNCTION bookstore.refuse();
        CREATE TABLE bookstore.book_facts (
            item_number bigint PRIMARY KEY REFERENCES bookstore.book,
            facts jsonb NOT NULL CHECK (jsonb_typeof(facts) = 'object')
        );
        CREATE INDEX book_facts_isbn ON bookstore.book_facts ((facts ->> 'isbn'));
        CREATE TABLE bookstore.edit (
            sequence bigint PRIMARY KEY REFERENCES bookstore.movement,
            changes jsonb NOT NULL CHECK (jsonb_typeof(changes) = 'object')
        );
        CREATE TRIGGER edit_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON bookstore.edit
            FOR EACH STATEMENT EXECUTE FUNCTION bookstore.refuse();

        """

    private static let imports = """
        CREATE TABLE bookstore.import_piece (
            import_key text NOT NULL,
            piece bigint NOT NULL CHECK (piece > 0),
            digest bigint NOT NULL,
            first_sequence bigint REFERENCES bookstore.movement,
            last_sequence bigint REFERENCES bookstore.movement,
            added bigint NOT NULL,
            changed bigint NOT NULL,
            unchanged bigint NOT NULL,
            undone boolean NOT NULL DEFAULT false,
            PRIMARY KEY (import_key, piece)
        );
        CREATE TABLE bookstore.import_header (header text PRIMARY KEY, columns text NOT NULL);

        """

    /// The catalog's table of refusals.
    static let refusal = "refusal"
    private static let refusals = PostgresRefusals.table(refusal, referringTo: "book")

    /// What a new ledger begins with.
    static func insertHead(_ identity: Int64) -> PostgresStatement {
        PostgresStatement("INSERT INTO ledger (identity) VALUES ($1::bigint)", [.int(identity)])
    }
}
