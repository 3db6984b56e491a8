-- Books with a stock and a ledger, as the catalog has them, and orders of several lines.
CREATE TABLE book (
    item_number bigint PRIMARY KEY, stock bigint NOT NULL CHECK (stock >= 0), cents bigint NOT NULL
) WITH (fillfactor = 50);
CREATE TABLE placed (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_key uuid NOT NULL UNIQUE,
    at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE movement (
    sequence bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_number bigint NOT NULL REFERENCES placed,
    item_number bigint NOT NULL REFERENCES book,
    units bigint NOT NULL,
    stock_after bigint NOT NULL,
    cents bigint NOT NULL
);
INSERT INTO book SELECT number, :stock, 1000 FROM generate_series(1, :books) AS number;

-- All of an order or nothing, in one round trip and one transaction.
CREATE FUNCTION place(items bigint[]) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    new_number bigint;
    sold_count bigint;
BEGIN
    INSERT INTO placed (order_key) VALUES (gen_random_uuid()) RETURNING number INTO new_number;
    -- In the order of their numbers, so that no two orders wait for each other.
    PERFORM FROM book WHERE item_number = ANY (items) ORDER BY item_number FOR NO KEY UPDATE;
    WITH line AS (
        SELECT item, count(*) AS copies FROM unnest(items) AS item GROUP BY item
    ), sold AS (
        UPDATE book SET stock = stock - copies FROM line
        WHERE item_number = item AND stock >= copies RETURNING item_number, copies, stock, cents
    )
    INSERT INTO movement (order_number, item_number, units, stock_after, cents)
    SELECT new_number, item_number, -copies, stock, cents FROM sold;
    GET DIAGNOSTICS sold_count = ROW_COUNT;
    IF sold_count < (SELECT count(DISTINCT item) FROM unnest(items) AS item) THEN
        RAISE EXCEPTION 'a book is unknown, or there are too few copies of it';
    END IF;
    RETURN new_number;
END
$$;
VACUUM ANALYZE;
