import Foundation
import TestSupport
import Testing

@testable import Storage

/// The store's tables are made once, brought forward and never back, and nobody else's are touched.
@Suite struct PostgresSchemaTests {
    private struct NoBooks: Error {}
    private static let first = "CREATE TABLE bookstore.shelf (n bigint);"
    private static let second = "ALTER TABLE bookstore.shelf ADD COLUMN m bigint DEFAULT 7;"

    private func schema(_ versions: String...) -> PostgresSchema {
        PostgresSchema(tier: "test", versions: versions, lock: 1)
    }

    private func withDatabase(_ body: (PostgresServer, String) throws -> Void) throws {
        let server = try PostgresServer.shared
        try body(server, try server.newDatabase())
    }

    private func prepare(
        _ schema: PostgresSchema, in name: String, fill: (PostgresConnection) throws -> Void = { _ in }
    ) throws {
        let url = try StoreURL(parsing: PostgresServer.shared.url(name))
        let connection = try PostgresConnection(url, application: "test")
        try schema.prepare(on: connection) { try fill(connection) }
        try schema.check(on: connection)
    }

    private func tables(_ name: String) throws -> [String] {
        try PostgresServer.shared.sql(
            "SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname NOT LIKE 'pg%' "
                + "AND schemaname <> 'information_schema' ORDER BY 1", in: name)
    }

    @Test func isMadeOnceAndBroughtForward() throws {
        try withDatabase { server, name in
            var fillCount = 0
            let fill = { (connection: PostgresConnection) in
                fillCount += 1
                _ = try connection.run("INSERT INTO shelf VALUES (1)")
            }
            try prepare(schema(Self.first), in: name, fill: fill)
            try prepare(schema(Self.first), in: name, fill: fill)
            try prepare(schema(Self.first, Self.second), in: name, fill: fill)
            #expect(fillCount == 1)
            #expect(try server.sql("SELECT n, m FROM bookstore.shelf", in: name) == ["1|7"])
        }
    }

    @Test func isNotMadeHalf() throws {
        try withDatabase { _, name in
            #expect(throws: NoBooks.self) {
                try prepare(schema(Self.first), in: name) { (_: PostgresConnection) in throw NoBooks() }
            }
            #expect(throws: PostgresError.self) { try prepare(schema(Self.first, "NONSENSE"), in: name) }
            let left = try tables(name)
            #expect(left.isEmpty)
        }
    }

    @Test func aNewerOneIsRefused() throws {
        try withDatabase { server, name in
            try prepare(schema(Self.first, Self.second), in: name)
            let fault = #expect(throws: PostgresError.self) { try prepare(schema(Self.first), in: name) }
            #expect(fault?.kind == .refused && fault?.description.contains("newer version") == true)
        }
    }

    @Test(arguments: ["CREATE TABLE public.theirs ()", "CREATE SCHEMA bookstore"])
    func whatIsAnotherProgramsIsLeftAlone(made: String) throws {
        try withDatabase { server, name in
            try server.sql(made, in: name)
            let before = try tables(name)
            let fault = #expect(throws: PostgresError.self) { try prepare(schema(Self.first), in: name) }
            #expect(fault?.kind == .refused && fault?.description.contains("another program") == true)
            #expect(try tables(name) == before)
        }
    }

    @Test func aUserWithoutRightsIsTold() throws {
        try withDatabase { server, name in
            try server.sql(
                "DO $$ BEGIN CREATE ROLE guest LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$",
                in: name)
            let connection = try PostgresConnection(
                StoreURL(parsing: server.url(name, user: "guest")), application: "test")
            let fault = #expect(throws: PostgresError.self) {
                try schema(Self.first).prepare(on: connection) {}
            }
            #expect(fault?.kind == .refused && fault?.description.contains("permission denied") == true)
        }
    }

    @Test func twoThatMakeItAtOnceMakeItOnce() async throws {
        let server = try PostgresServer.shared
        let name = try server.newDatabase()
        let fillCount = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 1...4 {
                group.addTask {
                    try await onThread {
                        var count = 0
                        try prepare(schema(Self.first), in: name) { _ in
                            count += 1
                            usleep(50_000)
                        }
                        return count
                    }
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(fillCount == 1)
    }
}
