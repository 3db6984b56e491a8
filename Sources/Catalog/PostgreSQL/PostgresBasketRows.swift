package import Model
internal import Storage

/// Baskets in PostgreSQL: the table of ``BasketRows``.
enum PostgresBasketRows {
    static let table = """
        CREATE TABLE bookstore.basket (
            number bigint PRIMARY KEY,
            digest text NOT NULL UNIQUE CHECK (length(digest) = 64),
            lines text NOT NULL CHECK (lines <> ''),
            at_millis bigint NOT NULL
        );

        """

    /// The statements of a change. Who writes has locked the ledger's head, so numbers are not taken twice.
    static func writing(_ basket: BasketChange, at time: Timestamp) -> [PostgresStatement] {
        let forgetting = PostgresStatement(
            """
            DELETE FROM basket WHERE number IN (SELECT number FROM basket ORDER BY number LIMIT $1::bigint)
                AND (number <= (SELECT max(number) FROM basket) - $2::bigint OR at_millis < $3::bigint)
            """,
            [
                .int(Int64(BasketChange.forgottenAtOnceMax)), .int(Basket.changeCountMax),
                .int(BasketChange.oldest(at: time).millis),
            ])
        guard !basket.lines.isEmpty else {
            return [
                PostgresStatement("DELETE FROM basket WHERE digest = $1::text", [.text(basket.digest)]),
                forgetting,
            ]
        }
        let keeping = PostgresStatement(
            """
            INSERT INTO basket (number, digest, lines, at_millis)
            SELECT coalesce(max(number), 0) + 1, $1::text, $2::text, $3::bigint FROM basket
            ON CONFLICT (digest) DO UPDATE
            SET number = excluded.number, lines = excluded.lines, at_millis = excluded.at_millis
            """, [.text(basket.digest), .text(basket.text), .int(time.millis)])
        return [keeping, forgetting]
    }
}

extension PostgresCatalogStore {
    package func basket(_ digest: String, changedAfter time: Timestamp) throws -> [OrderLine] {
        try database.read { connection in
            let rows = try connection.run(
                "SELECT lines FROM basket WHERE digest = $1::text AND at_millis >= $2::bigint",
                [.text(digest), .int(time.millis)])
            return BasketChange.lines(rows.first?.text(0) ?? "")
        }
    }
}
