import Foundation
import Model
import NIOCore
import Services
import Storage
import TestSupport
import Testing

@testable import Catalog

/// What only a catalog on PostgreSQL has to bear: a server that others reach as well, and that goes away.
@Suite struct PostgresCatalogTests {
    private func withCatalog(_ body: (CatalogFolder, PostgresServer, _ database: String) async throws -> Void)
        async throws
    {
        try await StoreKind.$current.withValue(.postgresql) {
            try await withCatalogFolder { folder in
                let database = PostgresServer.database(of: folder.url)
                try await body(folder, PostgresServer.shared, database)
            }
        }
    }

    @Test(arguments: [
        "UPDATE movement SET units = 0", "DELETE FROM movement", "TRUNCATE movement CASCADE",
        "UPDATE book SET stock = -1 WHERE item_number = 1", "UPDATE book SET opening_stock = 9",
        "DELETE FROM book",
        "INSERT INTO movement VALUES (9, 1, -1, NULL, 1, 100, 'a', 9, 0, 0, 0)",
        "INSERT INTO movement VALUES (9, 1, -1, NULL, 1, 100, 'b', 1, 0, 0, 0)",
        "INSERT INTO movement VALUES (9, 1, -2, NULL, 1, 100, 'b', 9, 0, 0, 0)",
        "INSERT INTO movement VALUES (9, 1, NULL, 5, 1, 100, 'b', 9, 0, 0, 0)",
        "INSERT INTO movement VALUES (9, 99, -1, NULL, 1, 100, 'b', 9, 0, 0, 0)",
        "INSERT INTO movement VALUES (9, 1, -1, NULL, -1, 100, 'b', 9, 0, 0, 0)",
        "INSERT INTO ledger (identity) VALUES (1)", "UPDATE ledger SET sale = 9",
        "DELETE FROM keeper_request",
    ]) func theDatabaseItselfRefuses(statement: String) async throws {
        try await withCatalog { folder, _, _ in
            try folder.withStore { store in
                try store.commitUnlogged(.sale(of: first.item, key: key("a")))
                #expect(throws: PostgresServer.Failed.self) { try folder.execute(statement) }
                #expect(try store.movementLines() == ["update,1,na,-1"])
                #expect(try store.details(of: first.item).book.stock == first.stock - 1)
            }
        }
    }

    @Test func aSecondCatalogIsRefused() async throws {
        try await withCatalog { folder, _, _ in
            try folder.withStore { store in
                let fault = #expect(throws: PostgresError.self) {
                    _ = try PostgresCatalogStore(
                        StoreURL(parsing: folder.url), folder: folder.data, patience: .milliseconds(200),
                        firstBooks: { [] })
                }
                #expect(fault?.kind == .refused && fault?.description.contains("in use") == true)
                try store.commitUnlogged(.sale(of: first.item, key: key("a")))
            }
        }
    }

    @Test func firstBooksAreStoredAllOrNotAtAll() async throws {
        struct NoBooks: Error {}
        try await withCatalog { folder, _, _ in
            let url = try StoreURL(parsing: folder.url)
            #expect(throws: NoBooks.self) { _ = try folder.open(firstBooks: { throw NoBooks() }) }
            #expect(throws: LedgerFault.self) { try folder.withStore([first, first]) { _ in } }
            #expect(try !PostgresCatalogStore.exists(at: url))
            let many = try (1...10_000).map { try book($0) }
            let count = try folder.withStore(many) { $0.bookCount }
            #expect(count == 10_000)
            #expect(try PostgresCatalogStore.exists(at: url))
        }
    }

    /// Makes the server answer the next `count` inserts into the ledger with an error.
    private func plant(_ code: String, count: Int, in folder: CatalogFolder) throws {
        try folder.execute(
            """
            CREATE SEQUENCE IF NOT EXISTS faults; SELECT setval('faults', 1);
            CREATE OR REPLACE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF nextval('bookstore.faults') <= \(count) + 1 THEN
                    RAISE EXCEPTION 'planted' USING ERRCODE = '\(code)';
                END IF;
                RETURN NULL;
            END $$;
            CREATE OR REPLACE TRIGGER fail AFTER INSERT ON movement FOR EACH STATEMENT EXECUTE FUNCTION fail();
            """)
    }

    /// A transaction that the server undoes for the sake of another is repeated; without room, or too late, nothing was
    /// done and that is said. In each case the store goes on by itself.
    @Test func whatTheServerUndoesIsRepeatedOrSaid() async throws {
        let cases: [(code: String, count: Int, outcome: Result<UpdateOutcome, StoreError>?)] = [
            ("40001", 2, nil), ("40P01", 3, nil),
            (
                "40001", 4,
                .failure(.unavailable(tier: "catalog", reason: .databaseSlow, outcomeUnknown: false))
            ),
            ("53100", 1, .failure(.unavailable(tier: "catalog", reason: .diskFull, outcomeUnknown: false))),
            (
                "57014", 1,
                .failure(.unavailable(tier: "catalog", reason: .databaseSlow, outcomeUnknown: false))
            ),
        ]
        try await withCatalog { folder, _, _ in
            try folder.withStore([try book(1, stock: 100)]) { store in
                for (index, (code, count, outcome)) in cases.enumerated() {
                    try plant(code, count: count, in: folder)
                    let sale = StockChange.sale(of: first.item, key: key("\(index)"))
                    if case .failure(let refusal)? = outcome {
                        #expect(throws: refusal) { try store.outcome(of: sale) }
                    }
                    guard
                        case .success(.applied(let position?, replayed: false)) = try store.outcome(of: sale)
                    else {
                        Issue.record("\(code) was not repeated")
                        continue
                    }
                    #expect(position.number == Int64(index + 1))
                }
                #expect(store.book(first.item)?.stock == 95)
            }
        }
    }

    /// Anything else leaves the outcome unknown, until the connection is made anew.
    @Test(arguments: ["25006", "23514", "XX000"]) func otherErrorsAreUnknown(code: String) async throws {
        try await withCatalog { folder, _, _ in
            try folder.withStore { store in
                try plant(code, count: 1, in: folder)
                let sale = StockChange.sale(of: first.item, key: key("a"))
                let fault = #expect(throws: PostgresError.self) { try store.outcome(of: sale) }
                #expect(fault?.sqlState == code)
                try store.reopen()
                #expect(store.lastMovement == 0)
                #expect(
                    try store.outcome(of: sale)
                        == .success(
                            .applied(
                                sale: SalePosition(ledger: store.ledger, number: 1), replayed: false)))
            }
        }
    }

    @Test func aLostConnectionIsMadeAnew() async throws {
        try await withCatalog { folder, server, database in
            try folder.withStore { store in
                try store.commitUnlogged(.sale(of: first.item, key: key("a")))
                _ = try store.details(of: first.item)
                try server.endSessions(of: database)
                // Those that read are replaced where they are wanted; the one that writes holds the lock.
                #expect(try store.details(of: first.item).sold == 1)
                let fault = #expect(throws: PostgresError.self) {
                    try store.outcome(of: .sale(of: first.item, key: key("b")))
                }
                #expect(fault?.kind == .lost)
                #expect(store.store.passesByItself(try #require(fault)))
                try store.reopen()
                let outcomes = try ["a", "b"].map {
                    try store.outcome(of: .sale(of: first.item, key: key($0)))
                }
                let position = { SalePosition(ledger: store.ledger, number: $0) }
                #expect(
                    outcomes == [
                        .success(.applied(sale: position(1), replayed: true)),
                        .success(.applied(sale: position(2), replayed: false)),
                    ])
            }
        }
    }

    /// A server that gave up waiting for its standby has committed, and only warns.
    @Test func aWarningAtCommitLeavesTheOutcomeUnknown() async throws {
        try await withCatalog { folder, _, _ in
            try folder.withStore { store in
                try folder.execute(
                    """
                    CREATE FUNCTION warn() RETURNS trigger LANGUAGE plpgsql AS $$
                    BEGIN RAISE WARNING 'canceling wait for synchronous replication'; RETURN NULL; END $$;
                    CREATE CONSTRAINT TRIGGER warn AFTER INSERT ON movement DEFERRABLE INITIALLY DEFERRED
                    FOR EACH ROW EXECUTE FUNCTION warn();
                    """)
                let sale = StockChange.sale(of: first.item, key: key("a"))
                let fault = #expect(throws: PostgresError.self) { try store.outcome(of: sale) }
                #expect(fault?.kind == .unconfirmed)
                try store.reopen()
                #expect(
                    try store.outcome(of: sale)
                        == .success(
                            .applied(
                                sale: SalePosition(ledger: store.ledger, number: 1), replayed: true)))
            }
        }
    }

    /// Sessions end again and again while buyers buy: every sale is in the ledger once, and in the log once.
    @Test func anEngineSellsOnThroughLostConnections() async throws {
        try await withCatalog { folder, server, database in
            try await withLoops(count: 1) { loops in
                let loop = loops.slots[0].eventLoop
                try await folder.withEngine([try book(1, stock: 1_000)]) { engine in
                    var lostCount = 0
                    for number in 0..<60 {
                        if number % 20 == 10 { try server.endSessions(of: database) }
                        let sale = StockChange.sale(of: first.item, key: key("\(number)"))
                        try await eventually("sale \(number) is made") {
                            do {
                                _ = try await engine.update(sale, on: loop).get()
                                return true
                            } catch let error as StoreError {
                                guard case .unavailable = error else { throw error }
                                lostCount += 1
                                return false
                            }
                        }
                    }
                    #expect(lostCount > 0)
                    #expect(try engine.book(first.item).stock == 940)
                }
            }
            let sales = try folder.withStore([]) { try $0.allSales() }
            #expect(sales.map(\.position.number) == Array(1...60))
            #expect(Set(sales.map(\.key)).count == 60)
            #expect(try folder.ledgerLines().count { $0 == "update,1,na,-1" } == 60)
        }
    }

    @Test func aSnapshotHasAllOfIt() async throws {
        try await withCatalog { folder, _, _ in
            try folder.withStore { store in
                try store.commitUnlogged(
                    .sale(of: first.item, key: key("a")), StockChange(item: second.item, units: 4))
                let new = NewBook(item: nil, title: "New", topic: "t", price: try cents(5_00), stock: 2)
                try store.commitUnlogged([.keeper(KeeperRequest(.add(new)))])
                let snapshot = try PostgresCatalogSnapshot.read(at: StoreURL(parsing: folder.url))
                #expect(snapshot.ledger == store.ledger)
                #expect(
                    snapshot.movements.map(\.entry.logLine) == [
                        "update,1,na,-1", "update,2,na,4", "init,5,2,5,t,New",
                    ])
                #expect(snapshot.books.map(\.now.stock) == [2, 7, 3, 3, 2])
                #expect(snapshot.books.map(\.opening.stock) == [3, 3, 3, 3, 0])
                #expect(snapshot.books.map(\.addedBy) == [nil, nil, nil, nil, 3])
            }
        }
    }
}
