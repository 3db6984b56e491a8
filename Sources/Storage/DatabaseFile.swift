internal import Foundation
public import GRDB
internal import Model

/// Opens SQLite databases the one way the store trusts: write-ahead log, fsync at every commit, foreign
/// keys, one writing connection.
public enum DatabaseFile {
    /// What `PRAGMA synchronous` must read back: FULL, an fsync at every commit.
    private static let synchronousFull = 2

    /// Opens or creates the database and brings its schema up to date.
    ///
    /// - Parameters:
    ///   - path: the database's file.
    ///   - applicationID: tells this kind of database from any other (`PRAGMA application_id`).
    ///   - migrator: the schema's versions.
    /// - Throws: ``Model/FileFault`` for a file that is no database, another program's or of a newer
    ///   schema, all of which stay untouched; else the database's error.
    public static func open(
        path: String, applicationID: Int32, migrator: DatabaseMigrator
    ) throws -> DatabasePool {
        let isNew = !FileManager.default.fileExists(atPath: path)
        if !isNew { try checkExisting(path: path, applicationID: applicationID, migrator: migrator) }
        var configuration = Configuration()
        configuration.foreignKeysEnabled = true
        // Ledger reads, metrics and audits; lookups are answered from memory.
        configuration.maximumReaderCount = 2
        configuration.prepareDatabase { database in
            // Only the writer may checkpoint: see ``DataLock``.
            if database.configuration.readonly { try database.execute(sql: "PRAGMA wal_autocheckpoint = 0") }
        }
        let pool = try DatabasePool(path: path, configuration: configuration)
        try pool.writeWithoutTransaction { database in
            try setSynchronous(full: true, in: database)
            if isNew { try database.execute(sql: "PRAGMA application_id = \(applicationID)") }
        }
        try migrator.migrate(pool)
        return pool
    }

    /// Chooses whether commits wait for an fsync. Outside a transaction only.
    ///
    /// GRDB itself sets NORMAL on a database with a write-ahead log after it has been prepared, so this is
    /// set, and read back, on the open connection.
    public static func setSynchronous(full: Bool, in database: Database) throws {
        try database.execute(sql: full ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL")
        let value = try Int.fetchOne(database, sql: "PRAGMA synchronous")
        precondition(value == (full ? synchronousFull : 1), "PRAGMA synchronous did not take")
    }

    /// SQLite's version, for the log at start.
    public static func sqliteVersion(_ pool: DatabasePool) throws -> String {
        try pool.read { try String.fetchOne($0, sql: "SELECT sqlite_version()") ?? "?" }
    }

    private static func checkExisting(path: String, applicationID: Int32, migrator: DatabaseMigrator) throws {
        guard let size = try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int, size > 0 else {
            return
        }
        var configuration = Configuration()
        configuration.readonly = true
        do {
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            try queue.read { database in
                let id = try Int32.fetchOne(database, sql: "PRAGMA application_id")
                let tableCount = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_master") ?? 0
                if tableCount > 0, id != applicationID {
                    throw FileFault(path: path, reason: "is another program's database; name another folder by --data")
                }
                if try migrator.hasBeenSuperseded(database) {
                    throw FileFault(
                        path: path,
                        reason: "was written by a newer version of this program; run that version. Nothing was changed")
                }
            }
        } catch let error as DatabaseError where error.resultCode == .SQLITE_NOTADB {
            throw FileFault(path: path, reason: "is not a database; move it away or name another folder by --data")
        }
    }
}
