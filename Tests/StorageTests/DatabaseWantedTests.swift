import GRDB
import Testing

@testable import Storage

/// Statements that end when their result is no longer wanted.
@Suite struct DatabaseWantedTests {
    private static let endless = """
        WITH RECURSIVE number (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM number)
        SELECT count(*) FROM number
        """

    @Test func interruptsAnEndlessUnwantedQuery() throws {
        try DatabaseQueue().read { database in
            let asked = Asked()
            let error = #expect(throws: DatabaseError.self) {
                try database.whileWanted({ asked.next() < 5 }) {
                    try Int.fetchOne(database, sql: Self.endless)
                }
            }
            #expect(asked.count == 5)
            #expect(error.map { Database.wasGivenUp($0) } == true)
            // The check is not called again, and the connection still works.
            let count = try Int.fetchOne(
                database,
                sql: Self.endless.replacing("FROM number)", with: "FROM number WHERE value < 50000)"))
            #expect(count == 50_000 && asked.count == 5)
        }
    }

    @Test func otherErrorsStayAsTheyAre() throws {
        try DatabaseQueue().read { database in
            let error = #expect(throws: DatabaseError.self) {
                try database.whileWanted(
                    { true }, { try Int.fetchOne(database, sql: "SELECT * FROM nothing") })
            }
            #expect(error.map { Database.wasGivenUp($0) } == false)
        }
    }
}

/// Counts how often the check is called.
private final class Asked {
    private(set) var count = 0

    func next() -> Int {
        count += 1
        return count
    }
}
