import Foundation
import Model
import TestSupport
import Testing

extension RealProcesses {
    /// Databases that a tier must not touch.
    @Suite struct BadDatabaseTests {
        private static let tiers: [Tier] = [.catalog, .order]

        private func file(_ tier: Tier) -> String { "data/\(tier.rawValue).sqlite" }

        /// Runs statements on a database with Python's SQLite, which the tests' machines have.
        private func sql(_ statements: String, on file: String, in store: Store) async throws {
            let script = """
                import sqlite3, sys
                db = sqlite3.connect(sys.argv[1]); db.executescript(sys.argv[2]); db.commit()
                db.execute("PRAGMA wal_checkpoint(TRUNCATE)"); db.close()
                """
            let run = try await run(
                "/usr/bin/env", ["python3", "-c", script, file, statements], in: store.folder)
            #expect(run.status == 0, "\(run.errors)")
        }

        private func bytes(_ file: String, in store: Store) throws -> Data {
            try #require(FileManager.default.contents(atPath: store.path(file)))
        }

        @Test(arguments: tiers) func refusesASecondProcess(tier: Tier) async throws {
            try await withStore { store in
                #expect(try await store.buy(1) == "Success")
                // Another port and another log, but the same database.
                let free = try FreePort.find()
                let config = Tier.allCases.map {
                    "\($0.rawValue),127.0.0.1:\($0 == tier ? free : store.port($0))\n"
                }
                try store.write(config.joined(), to: "config2")
                let run = try await bookstore(
                    tier.rawValue, "--config", "config2", "--output", "output2", in: store.folder)
                #expect(run.status == 78)
                let pid = try store.process(tier).pid
                #expect(run.errors.contains("in use by process \(pid)"), "\(run.errors)")
                #expect(run.errors.contains("--data"))
                // And the reverse: its own database, but the same log.
                let log = try await bookstore(
                    tier.rawValue, "--config", "config2", "--data", "data2", in: store.folder)
                #expect(log.status == 78)
                #expect(log.errors.contains("--output") || log.errors.contains("--data"), "\(log.errors)")
                #expect(try await store.buy(1) == "Success")
                #expect(store.log("order_log").count == 2)
            }
        }

        @Test(arguments: tiers) func refusesANewerSchema(tier: Tier) async throws {
            try await withStore { store in
                #expect(try await store.buy(1) == "Success")
                try await store.stop()
                let file = file(tier)
                try await sql(
                    "INSERT INTO grdb_migrations VALUES ('\(tier.rawValue) 99: of the future')", on: file,
                    in: store)
                let before = try bytes(file, in: store)
                let logBefore = store.log("\(tier.rawValue)_log")
                let run = try await bookstore(tier.rawValue, in: store.folder)
                #expect(run.status == 78)
                #expect(run.errors.contains("newer version"), "\(run.errors)")
                #expect(try bytes(file, in: store) == before)
                #expect(store.log("\(tier.rawValue)_log") == logBefore)
                let wal = FileManager.default.contents(atPath: store.path(file + "-wal")) ?? Data()
                #expect(wal.isEmpty)
            }
        }

        @Test(arguments: tiers) func refusesAForeignDatabase(tier: Tier) async throws {
            try await withStoppedStore { store in
                let folder = store.path("data")
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
                let file = file(tier)
                try await sql(
                    "CREATE TABLE recipe (name TEXT); INSERT INTO recipe VALUES ('soup')", on: file, in: store
                )
                let foreign = try bytes(file, in: store)
                let run = try await bookstore(tier.rawValue, in: store.folder)
                #expect(
                    run.status == 78 && run.errors.contains("another program's database"), "\(run.errors)")
                #expect(try bytes(file, in: store) == foreign)

                try store.write(String(repeating: "No database, just a text.\n", count: 50), to: file)
                let text = try bytes(file, in: store)
                let noDatabase = try await bookstore(tier.rawValue, in: store.folder)
                #expect(
                    noDatabase.status == 78 && noDatabase.errors.contains("is not a database"),
                    "\(noDatabase.errors)")
                #expect(try bytes(file, in: store) == text)
            }
        }

        /// Each tier's database is foreign to the other.
        @Test(arguments: tiers) func refusesTheOtherTiersDatabase(tier: Tier) async throws {
            try await withStore { store in
                try await store.stop()
                let other: Tier = tier == .catalog ? .order : .catalog
                try FileManager.default.removeItem(atPath: store.path(file(tier)))
                try FileManager.default.copyItem(
                    atPath: store.path(file(other)), toPath: store.path(file(tier)))
                let before = try bytes(file(tier), in: store)
                let run = try await bookstore(tier.rawValue, in: store.folder)
                #expect(
                    run.status == 78 && run.errors.contains("another program's database"), "\(run.errors)")
                #expect(try bytes(file(tier), in: store) == before)
            }
        }

        /// A truncated database is never mistaken for a complete or an empty one.
        @Test(arguments: tiers) func refusesATruncatedDatabase(tier: Tier) async throws {
            try await withStore { store in
                for _ in 1...3 { #expect(try await store.buy(1) == "Success") }
                try await store.stop()
                let file = file(tier)
                try await sql("PRAGMA journal_mode = DELETE", on: file, in: store)
                let handle = try #require(FileHandle(forWritingAtPath: store.path(file)))
                let size = try handle.seekToEnd()
                for kept in [size - 4_096, size / 2, 4_096, 100, 10, 0] {
                    try handle.truncate(atOffset: kept)
                    let run = try await bookstore(tier.rawValue, in: store.folder)
                    #expect(run.status == 78, "\(kept): \(run.status)")
                    let reasons = ["is damaged", "is empty or was cut off", "is not a database"]
                    #expect(
                        reasons.contains { run.errors.contains("\(tier.rawValue).sqlite: \($0)") },
                        "\(run.errors)")
                }
                try handle.close()
            }
        }
    }
}
