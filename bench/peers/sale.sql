-- The conditional decrement and the ledger's row in one statement and one round trip, so that the hot row is locked
-- no longer than it has to be.
WITH sold AS (
    UPDATE book SET stock = stock - 1 WHERE item_number = 1 AND stock > 0 RETURNING item_number, stock
)
INSERT INTO movement (item_number, units, stock_after, order_key)
SELECT item_number, -1, stock, gen_random_uuid() FROM sold;
