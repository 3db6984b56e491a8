import Foundation
import GRDB
import Model
import Storage
import TestSupport
import Testing

@Suite struct DatabaseFileTests {
    private static let applicationID: Int32 = 0x5465_7374

    /// A schema with the given number of versions, each a table.
    private static func migrator(versionCount: Int = 1) -> DatabaseMigrator {
        var migrator = DatabaseMigrator()
        for version in 1...versionCount {
            migrator.registerMigration("version \(version)") { database in
                try database.execute(sql: "CREATE TABLE v\(version) (x INTEGER)")
            }
        }
        return migrator
    }

    private func open(_ path: String, versionCount: Int = 1) throws -> DatabasePool {
        try DatabaseFile.open(
            path: path, applicationID: Self.applicationID, migrator: Self.migrator(versionCount: versionCount)
        )
    }

    private func bytes(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }

    @Test func everyCommitWaitsForTheDisk() async throws {
        try await withTemporaryFolder { folder in
            let pool = try open(folder + "/db")
            func read(_ pragma: String) throws -> String? {
                try pool.writeWithoutTransaction { try String.fetchOne($0, sql: "PRAGMA \(pragma)") }
            }
            // FULL. GRDB itself sets 1 (NORMAL) after a connection is prepared.
            #expect(try read("synchronous") == "2")
            try await pool.write { try $0.execute(sql: "INSERT INTO v1 VALUES (1)") }
            #expect(try read("synchronous") == "2")
            #expect(try read("journal_mode") == "wal")
            #expect(try read("foreign_keys") == "1")
            #expect(try read("application_id") == String(Self.applicationID))
            // Readers leave checkpoints to the writer.
            let autocheckpoint = try await pool.read {
                try Int.fetchOne($0, sql: "PRAGMA wal_autocheckpoint")
            }
            #expect(autocheckpoint == 0)
            for isFull in [false, true] {
                try await pool.writeWithoutTransaction {
                    try DatabaseFile.setSynchronous(full: isFull, in: $0)
                }
                #expect(try read("synchronous") == (isFull ? "2" : "1"))
            }
            try pool.close()
        }
    }

    @Test func migratesAnOlderDatabase() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/db"
            let old = try open(path)
            try await old.write { try $0.execute(sql: "INSERT INTO v1 VALUES (7)") }
            try old.close()
            let new = try open(path, versionCount: 2)
            let value = try await new.read { try Int.fetchOne($0, sql: "SELECT x FROM v1") }
            let count = try await new.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM v2") }
            #expect(value == 7)
            #expect(count == 0)
            try new.close()
        }
    }

    @Test func aNewerSchemaIsRefusedAndUntouched() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/db"
            try open(path, versionCount: 2).close()
            let before = try bytes(path)
            let fault = #expect(throws: FileFault.self) { try open(path, versionCount: 1) }
            #expect(fault?.path == path)
            #expect(fault?.reason.contains("newer version") == true)
            #expect(try bytes(path) == before)
            try open(path, versionCount: 2).close()
        }
    }

    @Test func anotherProgramsDatabaseIsRefusedAndUntouched() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/db"
            let other = try DatabaseQueue(path: path)
            try await other.write {
                try $0.execute(sql: "CREATE TABLE notes (x TEXT); INSERT INTO notes VALUES ('a')")
            }
            try other.close()
            let before = try bytes(path)
            let fault = #expect(throws: FileFault.self) { try open(path) }
            #expect(fault?.reason.contains("another program's database") == true)
            #expect(try bytes(path) == before)

            // The other tier's database is foreign, too.
            try await withTemporaryFolder { second in
                try open(second + "/db").close()
                let wrong = #expect(throws: FileFault.self) {
                    try DatabaseFile.open(path: second + "/db", applicationID: 1, migrator: Self.migrator())
                }
                #expect(wrong?.reason.contains("another program's database") == true)
            }
        }
    }

    @Test func refusesAFileThatIsNotADatabase() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/db"
            let text = String(repeating: "Dear diary, today I sold a book.\n", count: 100)
            try text.write(toFile: path, atomically: false, encoding: .utf8)
            let fault = #expect(throws: FileFault.self) { try open(path) }
            #expect(fault?.reason.contains("is not a database") == true)
            #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
        }
    }

    /// A database gets its name only when complete, so an empty file is a damaged one and not a new one.
    @Test func anEmptyFileIsRefusedAndUntouched() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/db"
            #expect(FileManager.default.createFile(atPath: path, contents: nil))
            let fault = #expect(throws: FileFault.self) { try open(path) }
            #expect(fault?.reason.contains("is empty or was cut off") == true)
            let after = try bytes(path)
            #expect(after.isEmpty)
        }
    }

    @Test func refusesADatabaseWithoutTables() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/db"
            let queue = try DatabaseQueue(path: path)
            let mode = try await queue.writeWithoutTransaction {
                try String.fetchOne($0, sql: "PRAGMA journal_mode = WAL")
            }
            #expect(mode == "wal")
            try queue.close()
            let before = try bytes(path)
            let fault = #expect(throws: FileFault.self) { try open(path) }
            #expect(fault?.reason.contains("is empty or was cut off") == true)
            #expect(try bytes(path) == before)
        }
    }

    @Test func aReaderDoesNotBlockTheServer() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/db"
            try open(path).close()
            // An audit during its snapshot.
            let reader = try DatabaseFile.openToRead(
                path: path, applicationID: Self.applicationID, migrator: Self.migrator())
            try await reader.read { snapshot in
                #expect(try Int.fetchOne(snapshot, sql: "SELECT count(*) FROM v1") == 0)
                let pool = try open(path)
                try pool.write { try $0.execute(sql: "INSERT INTO v1 VALUES (1)") }
                #expect(try Int.fetchOne(snapshot, sql: "SELECT count(*) FROM v1") == 0)
                try pool.close()
            }
            let pool = try open(path)
            let count = try await pool.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM v1") }
            #expect(count == 1)
            try pool.close()
        }
    }

    @Test func createsAWholeDatabaseOrNone() async throws {
        struct Fault: Error {}
        try await withTemporaryFolder { folder in
            let path = folder + "/db"
            func create(_ fill: (Database) throws -> Void) throws {
                try DatabaseFile.create(
                    path: path, applicationID: Self.applicationID, migrator: Self.migrator(), fill: fill)
            }
            #expect(throws: Fault.self) {
                try create { database in
                    try database.execute(sql: "INSERT INTO v1 VALUES (1)")
                    throw Fault()
                }
            }
            #expect(!DatabaseFile.exists(path))
            try create { try $0.execute(sql: "INSERT INTO v1 VALUES (2)") }
            let before = try bytes(path)
            #expect(throws: FileFault.self) { try create { _ in } }
            #expect(try bytes(path) == before)
            let pool = try open(path)
            #expect(try await pool.read { try Int.fetchAll($0, sql: "SELECT x FROM v1") } == [2])
            try pool.close()
        }
    }
}
