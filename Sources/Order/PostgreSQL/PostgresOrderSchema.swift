internal import Model
internal import Storage

/// The order server's tables in PostgreSQL. A key stands for one purchase, a sale of a ledger for one order: the
/// database refuses a second of either.
enum PostgresOrderSchema {
    static let schema = PostgresSchema(
        tier: "order", versions: [purchases + PostgresRefusals.table(refusal, referringTo: nil)],
        lock: 0x426B_4F72)

    private static let purchases = """
        CREATE TABLE bookstore.purchase (
            number bigint PRIMARY KEY CHECK (number > 0),
            order_key text NOT NULL UNIQUE,
            item_number bigint NOT NULL CHECK (item_number > 0),
            ledger bigint,
            sale bigint CHECK (sale > 0),
            at_millis bigint NOT NULL,
            CHECK ((ledger IS NULL) = (sale IS NULL)),
            UNIQUE (ledger, sale)
        );
        CREATE TRIGGER purchase_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON bookstore.purchase
            FOR EACH STATEMENT EXECUTE FUNCTION bookstore.refuse();

        """

    /// The order server's table of refusals.
    static let refusal = "order_refusal"

    /// The statement that writes purchases.
    static func insertion(
        numbers: [Int64], keys: [IdempotencyKey], items: [ItemNumber], sales: [SalePosition?], atMillis: Int64
    ) -> PostgresStatement {
        PostgresStatement(
            """
            INSERT INTO purchase (number, order_key, item_number, ledger, sale, at_millis)
            SELECT *, $6::bigint FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[])
            """,
            [
                .ints(numbers), .texts(keys.map(\.text)), .ints(items.map(\.value)),
                .ints(sales.map { $0?.ledger }), .ints(sales.map { $0?.number }), .int(atMillis),
            ])
    }
}
