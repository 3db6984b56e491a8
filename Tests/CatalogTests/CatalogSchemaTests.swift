import Foundation
import GRDB
import Model
import Storage
import TestSupport
import Testing

@testable import Catalog

/// The database rejects invalid data, even if the code above it has a fault.
@Suite struct CatalogSchemaTests {
    /// Adds a movement. Each case below changes one thing in a valid one.
    private static func movement(
        sequence: String = "9", item: String = "1", units: String = "-1", price: String = "NULL",
        stockAfter: String = "0", key: String = "'new'", sale: String = "9", verb: String = "INSERT"
    ) -> String {
        """
        \(verb) INTO movement
            (sequence, item_number, units, price_cents, stock_after, order_key, sale, at_millis)
        VALUES (\(sequence), \(item), \(units), \(price), \(stockAfter), \(key), \(sale), 0)
        """
    }

    /// Adds a refusal under a key.
    private static func refusal(_ key: String, item: Int) -> String {
        """
        INSERT INTO refusal (key_high, key_low, item_number, at_millis, minute)
        VALUES ((\(key)), 0, \(item), 0, 0)
        """
    }

    static let forbidden: [String] = [
        // An oversold book.
        "UPDATE book SET stock = stock - 3 WHERE item_number = 1",
        "UPDATE book SET stock = NULL WHERE item_number = 1",
        "UPDATE book SET price_cents = -1 WHERE item_number = 1",
        movement(stockAfter: "-1"),
        // A second sale under one key, or under one number.
        movement(key: "'a'"),
        movement(sale: "1"),
        movement(sequence: "1"),
        // A rewritten past.
        "UPDATE movement SET units = -2 WHERE sequence = 1",
        "UPDATE movement SET order_key = 'b' WHERE sequence = 1",
        "DELETE FROM movement WHERE sequence = 1",
        "DELETE FROM movement",
        "UPDATE book SET opening_stock = 4 WHERE item_number = 1",
        "UPDATE book SET opening_price_cents = 4 WHERE item_number = 1",
        "DELETE FROM book WHERE item_number = 1",
        "UPDATE book SET item_number = 9 WHERE item_number = 1",
        // A movement that is marked as a sale but is not one.
        movement(units: "-2"),
        movement(units: "1"),
        movement(price: "5"),
        movement(key: "NULL"),
        movement(sale: "0"),
        // A movement without a change, or of an unknown book.
        movement(units: "NULL", sale: "NULL"),
        movement(item: "99"),
        // A second refusal under one key, or one of an unknown book.
        refusal("SELECT key_high FROM refusal", item: 1),
        refusal("1", item: 99),
        // Text where a number belongs.
        "UPDATE book SET stock = 'three' WHERE item_number = 1",
    ]

    @Test(arguments: forbidden) func refuses(sql: String) async throws {
        try await withCatalogFolder { folder in
            try folder.withStore { store in
                try store.commitUnlogged(
                    .sale(of: first.item, key: key("a")),
                    StockChange(item: first.item, units: -9, key: key("r")))
            }
            try folder.sql { database in
                let before = try Self.content(of: database)
                let error = #expect(throws: DatabaseError.self) { try database.execute(sql: sql) }
                #expect(error?.resultCode == .SQLITE_CONSTRAINT)
                #expect(try Self.content(of: database) == before)
            }
            let stock = try folder.withStore { $0.book(first.item)?.stock }
            #expect(stock == 2)
        }
    }

    @Test func allowsTheMovementThatTheCasesChange() async throws {
        // Otherwise a mistake in the common part would let every case above pass.
        try await withCatalogFolder { folder in
            try folder.withStore { store in try store.commitUnlogged(.sale(of: first.item, key: key("a"))) }
            try folder.sql { try $0.execute(sql: Self.movement()) }
            let sales = try folder.withStore { try $0.allSales() }
            #expect(sales.map(\.position.number) == [1, 9])
        }
    }

    private static func content(of database: Database) throws -> [String] {
        try ["book", "movement", "refusal"].flatMap { table in
            try Row.fetchAll(database, sql: "SELECT * FROM \(table)").map(\.description)
        }
    }
}
