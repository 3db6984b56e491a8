internal import GRDB
package import Model
internal import Storage

/// Baskets in SQLite. A change gives its basket the next number, so the lowest are those that were not changed for
/// longest.
enum BasketRows {
    static let table = """
        CREATE TABLE basket (
            number INTEGER PRIMARY KEY,
            digest TEXT NOT NULL UNIQUE CHECK (length(digest) = 64),
            lines TEXT NOT NULL CHECK (lines <> ''),
            at_millis INTEGER NOT NULL
        ) STRICT;
        """

    static func write(_ basket: BasketChange, at time: Timestamp, in database: Database) throws {
        let last = try Int64.fetchOne(
            database.cachedStatement(sql: "SELECT ifnull(max(number), 0) FROM basket"))
        let number = (last ?? 0) + 1
        try database.cachedStatement(sql: "DELETE FROM basket WHERE digest = ?")
            .execute(arguments: [basket.digest])
        if !basket.lines.isEmpty {
            try database.cachedStatement(
                sql: "INSERT INTO basket (number, digest, lines, at_millis) VALUES (?, ?, ?, ?)"
            ).execute(arguments: [number, basket.digest, basket.text, time.millis])
        }
        try database.cachedStatement(
            sql: """
                DELETE FROM basket WHERE number IN (SELECT number FROM basket ORDER BY number LIMIT ?)
                    AND (number <= ? OR at_millis < ?)
                """
        ).execute(arguments: [
            BasketChange.forgottenAtOnceMax, number - Basket.changeCountMax,
            BasketChange.oldest(at: time).millis,
        ])
    }
}

extension CatalogStore {
    package func basket(_ digest: String, changedAfter time: Timestamp) throws -> [OrderLine] {
        try file.read { database in
            let lines = try String.fetchOne(
                database.cachedStatement(sql: "SELECT lines FROM basket WHERE digest = ? AND at_millis >= ?"),
                arguments: [digest, time.millis])
            return BasketChange.lines(lines ?? "")
        }
    }
}
