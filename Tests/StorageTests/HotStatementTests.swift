import GRDB
import Testing

@testable import Storage

/// Statements that are bound and stepped without GRDB.
@Suite struct HotStatementTests {
    private func withTable(_ body: (Database) throws -> Void) throws {
        try DatabaseQueue().write { database in
            try database.execute(
                sql: "CREATE TABLE pair (number INTEGER PRIMARY KEY CHECK (number > 0), text TEXT) STRICT")
            try body(database)
        }
    }

    private func insert(_ number: Int64?, _ text: String?, in database: Database) throws -> Int {
        let statement = try HotStatement(
            database, sql: "INSERT INTO pair VALUES (?, ?) ON CONFLICT DO NOTHING")
        statement.bind(1, number)
        statement.bind(2, text)
        return try statement.run()
    }

    @Test func boundTextReadsBack() throws {
        try withTable { database in
            let texts = ["", "a", String(repeating: "é", count: 500), "line\nbreak", nil]
            for (number, text) in texts.enumerated() {
                #expect(try insert(Int64(number + 1), text, in: database) == 1)
            }
            let stored = try Optional<String>.fetchAll(database, sql: "SELECT text FROM pair ORDER BY number")
            #expect(stored == texts)
        }
    }

    @Test func insertingAnExistingRowChangesNothing() throws {
        try withTable { database in
            let counts = [try insert(7, "a", in: database), try insert(7, "b", in: database)]
            #expect(counts == [1, 0])
        }
    }

    @Test func theFirstRowOrNone() throws {
        try withTable { database in
            _ = try insert(7, nil, in: database)
            let select = try HotStatement(
                database, sql: "SELECT number, NULL FROM pair WHERE number >= ? ORDER BY number")
            for number in [Int64(1), 7] {
                select.bind(1, number)
                let row = try select.first { [$0[0], $0[1]] }
                #expect(row == [7, nil])
            }
            select.bind(1, Int64(8))
            #expect(try select.first { $0[0] } == nil)
        }
    }

    @Test func anErrorLeavesTheStatementUsable() throws {
        try withTable { database in
            let error = #expect(throws: DatabaseError.self) { try insert(0, "a", in: database) }
            #expect(error?.resultCode == .SQLITE_CONSTRAINT)
            #expect(error?.extendedResultCode == .SQLITE_CONSTRAINT_CHECK)
            let count = try insert(1, "a", in: database)
            #expect(count == 1)
        }
    }
}
