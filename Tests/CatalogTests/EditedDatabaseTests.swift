import Foundation
import GRDB
import Model
import Storage
import TestSupport
import Testing

@testable import Catalog

/// The tables of edits: what they refuse, what older ones become, and what is read of them from outside.
@Suite struct EditedDatabaseTests {
    @Test(
        .onEachStore,
        arguments: [
            "UPDATE edit SET changes = '{}'", "DELETE FROM edit", "INSERT INTO edit VALUES (9, '{}')",
            "INSERT INTO edit VALUES (2, '[]')", "UPDATE book SET opening_title = 'x' WHERE item_number = 1",
            "UPDATE book SET opening_topic = NULL WHERE item_number = 1",
            "INSERT INTO book_facts VALUES (99, '{}')", "UPDATE book_facts SET facts = 'x'",
            """
            INSERT INTO movement (sequence, item_number, units, stock_after, price_after, kind, at_millis, previous)
            VALUES (9, 1, 0, 3, 1, -1, 0, 0)
            """,
        ]) func theDatabaseItselfRefuses(statement: String) async throws
    {
        try await withCatalogFolder { folder in
            try folder.withStore {
                _ = try request(edit(title: "T", facts: [.isbn: warAndPeaceISBN]), $0).get()
            }
            #expect(throws: (any Error).self) { try folder.execute(statement) }
            try folder.withStore { store in
                #expect(try store.movementLines() == [#"edit,1,{"title":"T","isbn":"\#(warAndPeaceISBN)"}"#])
                let facts = try store.details(of: first.item).facts
                #expect(facts[.isbn] == warAndPeaceISBN)
            }
        }
    }

    /// A database of the version before, with all that it can have.
    @Test(.onEachStore) func theVersionBeforeIsMigrated() async throws {
        try await withCatalogFolder { folder in
            try folder.withStore { store in
                try store.commitUnlogged(.sale(of: first.item, key: key("a")))
                _ = try request(.retire(second.item, expectedVersion: nil), store, actor: "ann").get()
            }
            try folder.makeVersionBeforeEdits()
            try folder.withStore { store in
                #expect(try store.movementLines() == ["update,1,na,-1", "retire,2"])
                _ = try request(.restore(second.item), store).get()
                _ = try request(edit(title: "New", facts: [.isbn: warAndPeaceISBN]), store).get()
                #expect(store.book(second.item) == second && store.book(first.item)?.title == "New")
                guard
                    case .success(.applied(let sale, true)) = try store.outcome(
                        of: .sale(of: first.item, key: key("a")))
                else {
                    Issue.record("the key is lost")
                    return
                }
                #expect(sale?.number == 1)
            }
            #expect(throws: (any Error).self) { try folder.execute("DELETE FROM movement") }
            guard StoreKind.current == .sqlite else { return }
            try folder.sql { database in
                #expect(try String.fetchAll(database, sql: "PRAGMA integrity_check") == ["ok"])
                #expect(try Row.fetchAll(database, sql: "PRAGMA foreign_key_check").isEmpty)
                // The same tables as in a new database, word by word.
                let migrated = try Self.schema(of: database)
                let new = try DatabaseQueue()
                try CatalogSchema.database.migrator.migrate(new)
                let made = try new.read { try Self.schema(of: $0) }
                #expect(made == migrated)
            }
        }
    }

    /// What `recover` and `verify` read and write.
    @Test(.onEachStore) func aSnapshotIsWrittenAndReadBack() async throws {
        try await withCatalogFolder { folder in
            try folder.withStore { store in
                try store.commitUnlogged(.sale(of: first.item, key: key("a")))
                let new = NewBook(
                    item: nil, title: "War and Peace", topic: "t", price: try cents(5_00), stock: 2,
                    facts: warAndPeaceFacts)
                let added = try request(.add(new), store).get()[0].book.item
                _ = try request(edit(added, title: "Peace", facts: [.authors: nil]), store).get()
                _ = try request(edit(topic: "u"), store).get()
                _ = try request(edit(topic: first.topic), store).get()
                _ = try request(.retire(second.item, expectedVersion: nil), store).get()
                _ = try request(.restore(second.item), store).get()
                _ = try request(.retire(added, expectedVersion: nil), store).get()
            }
            let snapshot = try folder.snapshot()
            #expect(snapshot.books.last?.opening.title == "War and Peace")
            #expect(snapshot.books.last?.now.title == "Peace" && snapshot.books.last?.isRetired == true)
            #expect(
                snapshot.edits.map(\.changes.count) == [3, 2, 1, 1]
                    && snapshot.edits[1].changes.last?.from == warAndPeaceFacts[.authors])
            try await withCatalogFolder { other in
                try other.write(snapshot)
                let read = try other.snapshot()
                #expect(Self.texts(of: read) == Self.texts(of: snapshot) && read.ledger == snapshot.ledger)
                let known = try folder.withStore { store in
                    (
                        try store.movementLines(),
                        try (1...5).map { try store.details(of: #require(ItemNumber($0))) }
                    )
                }
                try other.withStore([]) { store in
                    #expect(try store.movementLines() == known.0)
                    let details = try (1...5).map { try store.details(of: #require(ItemNumber($0))) }
                    #expect(details == known.1)
                    let records = try store.movements(MovementFilter(kind: .edit, limit: 9)).records
                    #expect(records.reversed().map(\.changes) == snapshot.edits.map(\.changes))
                    // The ledger goes on.
                    _ = try request(edit(topic: "v"), store).get()
                    _ = try request(.restore(try #require(ItemNumber(5))), store).get()
                    #expect(store.listings(topic: "v").map(\.item) == [first.item])
                }
            }
        }
    }

    private static func texts(of snapshot: LedgerSnapshot) -> [String] {
        snapshot.movements.map { "\($0.sequence) \($0.entry.logLine) \($0.stockAfter)" }
            + snapshot.books.map {
                "\($0.now) \($0.opening) \($0.isRetired) \($0.addedBy ?? 0) \($0.facts.json)"
            }
    }

    private static func schema(of database: Database) throws -> [String] {
        try String.fetchAll(
            database, sql: "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type, name")
    }
}

extension CatalogFolder {
    func snapshot() throws -> LedgerSnapshot {
        switch kind {
        case .sqlite: try CatalogSnapshot.read(folder: data)
        case .postgresql: try PostgresCatalogSnapshot.read(at: StoreURL(parsing: url))
        }
    }

    func write(_ snapshot: LedgerSnapshot) throws {
        switch kind {
        case .sqlite: try CatalogSnapshot.write(snapshot, folder: data)
        case .postgresql: try PostgresCatalogSnapshot.write(snapshot, at: StoreURL(parsing: url))
        }
    }

    /// Makes of a store's database one of the version before edits.
    fileprivate func makeVersionBeforeEdits() throws {
        switch kind {
        case .sqlite:
            let tables = ["book", "movement", "keeper_request", "refusal", "log_mark"]
            let older = path + "/older.sqlite"
            let queue = try DatabaseQueue(path: older)
            try CatalogSchema.database.migrator.migrate(
                queue, upTo: "catalog 3: refusals by a digest of their keys, composed texts")
            try queue.writeWithoutTransaction { database in
                try database.execute(sql: "ATTACH '\(databasePath)' AS newer; PRAGMA foreign_keys = OFF")
                for table in tables where try database.tableExists(table) {
                    let columns = try database.columns(in: table).map(\.name).joined(separator: ", ")
                    try database.execute(
                        sql: "INSERT INTO main.\(table) (\(columns)) SELECT \(columns) FROM newer.\(table)")
                }
                try database.execute(
                    sql: "UPDATE main.ledger SET identity = (SELECT identity FROM newer.ledger)")
                try database.execute(sql: "PRAGMA application_id = \(CatalogSchema.database.applicationID)")
                try database.execute(sql: "DETACH newer")
            }
            try queue.close()
            for suffix in ["", "-wal", "-shm"] {
                try? FileManager.default.removeItem(atPath: databasePath + suffix)
            }
            try FileManager.default.moveItem(atPath: older, toPath: databasePath)
        case .postgresql:
            try execute(
                """
                DROP TABLE shop_setting, dead_letter, webhook, keeper_session, keeper, basket;
                DROP TABLE order_contact, order_step, order_line, customer_order;
                ALTER TABLE movement DROP CONSTRAINT movement_sale_is_one;
                ALTER TABLE movement ADD CHECK (
                    sale IS NULL OR (
                        units IS NOT DISTINCT FROM -1 AND price_cents IS NULL AND order_key IS NOT NULL));
                DROP TABLE book_facts, edit, cover, import_piece, import_header;
                DROP TRIGGER book_opening_texts_are_fixed ON book;
                ALTER TABLE book DROP COLUMN opening_title, DROP COLUMN opening_topic;
                ALTER TABLE movement DROP CONSTRAINT movement_kind_check;
                ALTER TABLE movement ADD CONSTRAINT movement_kind_check CHECK (kind IN (0, 1, 2));
                UPDATE version SET number = 2 WHERE tier = 'catalog';
                """)
        }
    }
}
