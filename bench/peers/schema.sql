-- One hot title and a ledger, as the catalog has them: the stock cannot go below 0, a key sells once.
CREATE TABLE book (item_number bigint PRIMARY KEY, stock bigint NOT NULL CHECK (stock >= 0)) WITH (fillfactor = 50);
CREATE TABLE movement (
    sequence bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    item_number bigint NOT NULL REFERENCES book,
    units bigint NOT NULL,
    stock_after bigint NOT NULL,
    order_key uuid NOT NULL UNIQUE,
    at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO book VALUES (1, :stock);
VACUUM ANALYZE;
