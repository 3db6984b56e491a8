internal import Foundation
package import GRDB
internal import Model

/// Opens SQLite databases the one way the store trusts: write-ahead log, fsync at every commit, foreign
/// keys, one writing connection.
package enum DatabaseFile {
    /// What `PRAGMA synchronous` must read back: FULL, an fsync at every commit.
    private static let synchronousFull = 2
    /// What the name of a database ends in while it is filled.
    static let draftSuffix = ".new"
    /// Pages in the write-ahead log at which a commit moves them into the database file: 16 MiB. The pages that
    /// every sale changes are moved once for many sales, and a start reads no more than that.
    private static let checkpointPageCount = 4_096
    /// Bytes of a write-ahead log that are rewritten at once.
    private static let rewrittenBytes = 1 << 20

    /// Opens or creates the database and brings its schema up to date.
    ///
    /// - Parameters:
    ///   - path: the database's file.
    ///   - applicationID: identifies this kind of database (`PRAGMA application_id`).
    ///   - migrator: the schema's versions.
    /// - Throws: ``Model/FileFault`` for a file that is empty, no database, another program's or of a newer
    ///   schema, all of which stay untouched; else the database's error.
    package static func open(
        path: String, applicationID: Int32, migrator: DatabaseMigrator
    ) throws -> DatabasePool {
        if exists(path) {
            try checkExisting(path: path, applicationID: applicationID, migrator: migrator)
        } else {
            try PrivateFiles.make(path)
        }
        var configuration = Configuration()
        configuration.foreignKeysEnabled = true
        // Ledger reads, metrics and audits; lookups are answered from memory.
        configuration.maximumReaderCount = 4
        configuration.prepareDatabase { database in
            // Only the writer may checkpoint: see ``DataLock``.
            if database.configuration.readonly { try database.execute(sql: "PRAGMA wal_autocheckpoint = 0") }
        }
        try rewriteWriteAheadLog(path + "-wal")
        let pool = try DatabasePool(path: path, configuration: configuration)
        try pool.writeWithoutTransaction { database in
            try setSynchronous(full: true, in: database)
            try database.execute(sql: "PRAGMA wal_autocheckpoint = \(checkpointPageCount)")
            if try tableCount(database) == 0 {
                try database.execute(sql: "PRAGMA application_id = \(applicationID)")
            }
        }
        try migrator.migrate(pool)
        // What a crash left in the write-ahead log moves into the database file, so that a start begins with
        // an empty one.
        try checkpointUnlessRead(pool)
        return pool
    }

    /// Runs `body` and says of a database's error what a person can do about it.
    ///
    /// - Throws: ``Model/FileFault`` for the database's errors; any other error of the body as it is.
    package static func explained<Value>(_ path: String, _ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as DatabaseError {
            let reason =
                switch error.resultCode {
                case .SQLITE_CORRUPT, .SQLITE_NOTADB: "is damaged; \(remedy)"
                case .SQLITE_FULL: "is on a full disk; make room and start again"
                case .SQLITE_BUSY, .SQLITE_LOCKED: "is in use; stop the program that has it open"
                case .SQLITE_CANTOPEN, .SQLITE_READONLY, .SQLITE_PERM: "cannot be opened for writing"
                default: "cannot be used"
                }
            throw FileFault(
                path: path, reason: "\(reason) (\(error.message ?? "SQLite \(error.resultCode)"))")
        }
    }

    private static let remedy = "move it away and restore a backup, or rebuild it by 'bookstore recover'"

    /// Whether there is a file at `path`.
    package static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    /// Opens a database that may be in use by its server, to read it.
    ///
    /// - Throws: ``Model/FileFault`` for a file that is missing, empty, no database, another program's or of a
    ///   newer schema; else the database's error.
    package static func openToRead(
        path: String, applicationID: Int32, migrator: DatabaseMigrator
    ) throws -> DatabaseQueue {
        guard exists(path) else { throw FileFault(path: path, reason: "there is no such database") }
        try checkExisting(path: path, applicationID: applicationID, migrator: migrator)
        var configuration = Configuration()
        configuration.readonly = true
        // The server may hold the file for the moment of a checkpoint.
        configuration.busyMode = .timeout(5)
        let database = try DatabaseQueue(path: path, configuration: configuration)
        guard try database.read(migrator.hasCompletedMigrations) else {
            throw FileFault(path: path, reason: "is of an older version or incomplete; start its server once")
        }
        return database
    }

    /// SQLite's own check of a whole database and of its foreign keys.
    ///
    /// - Throws: ``Model/FileFault`` with the first thing that it finds.
    package static func checkSoundness(of database: Database, path: String) throws {
        var found = try String.fetchAll(database, sql: "PRAGMA integrity_check(1)").filter { $0 != "ok" }
        found += try Row.fetchAll(database, sql: "PRAGMA foreign_key_check").map { row in
            "a row of \(row[0] as String) refers to nothing"
        }
        guard let first = found.first else { return }
        throw FileFault(path: path, reason: "is damaged; \(remedy) (\(first))")
    }

    /// Moves the write-ahead log into the database file and empties it.
    package static func checkpoint(_ pool: DatabasePool) throws {
        _ = try pool.writeWithoutTransaction { try $0.checkpoint(.truncate) }
    }

    /// The same, except that an audit which reads just now may keep the log: it is only larger then.
    package static func checkpointUnlessRead(_ pool: DatabasePool) throws {
        do {
            try checkpoint(pool)
        } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
            return
        }
    }

    /// Whether an error of a database says that its disk is full.
    static func isFull(_ error: any Error) -> Bool { (error as? DatabaseError)?.resultCode == .SQLITE_FULL }

    /// Makes a database with its first content: filled under another name and renamed when it is whole and
    /// on the disk, so that nothing half made is ever found under its own.
    ///
    /// - Throws: ``Model/FileFault`` when there is one already; the error of `fill` or the database.
    package static func create(
        path: String, applicationID: Int32, migrator: DatabaseMigrator, fill: (Database) throws -> Void
    ) throws {
        guard !exists(path) else {
            throw FileFault(path: path, reason: "is there already and was left alone")
        }
        let draft = path + draftSuffix
        for suffix in ["", "-wal", "-shm", "-journal"] { unlink(draft + suffix) }
        let pool = try open(path: draft, applicationID: applicationID, migrator: migrator)
        try pool.write(fill)
        try checkpoint(pool)
        try pool.close()
        for suffix in ["-wal", "-shm"] { unlink(draft + suffix) }
        guard rename(draft, path) == 0 else {
            throw FileFault(path: path, reason: String(cString: strerror(errno)))
        }
        Folder.sync((path as NSString).deletingLastPathComponent)
    }

    /// Chooses whether commits wait for an fsync. Outside a transaction only.
    ///
    /// GRDB itself sets NORMAL on a database with a write-ahead log after it has been prepared, so this is
    /// set, and read back, on the open connection.
    package static func setSynchronous(full: Bool, in database: Database) throws {
        try database.execute(sql: full ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL")
        let value = try Int.fetchOne(database, sql: "PRAGMA synchronous")
        precondition(value == (full ? synchronousFull : 1), "PRAGMA synchronous did not take")
    }

    private static func tableCount(_ database: Database) throws -> Int {
        try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_master") ?? 0
    }

    private static func checkExisting(path: String, applicationID: Int32, migrator: DatabaseMigrator) throws {
        var configuration = Configuration()
        configuration.readonly = true
        do {
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            try queue.read { database in
                // Databases get their name when they are whole (``create(path:applicationID:migrator:fill:)``),
                // so this is not one that is just being made. Filling it again would forget every sale.
                guard try tableCount(database) > 0 else {
                    throw FileFault(path: path, reason: "is empty or was cut off; \(remedy)")
                }
                if try Int32.fetchOne(database, sql: "PRAGMA application_id") != applicationID {
                    throw FileFault(
                        path: path, reason: "is another program's database; name another folder by --data")
                }
                if try migrator.hasBeenSuperseded(database) {
                    throw FileFault(
                        path: path,
                        reason:
                            "was written by a newer version of this program; run that version. Nothing was changed"
                    )
                }
            }
        } catch let error as DatabaseError where error.resultCode == .SQLITE_NOTADB {
            throw FileFault(
                path: path, reason: "is not a database; move it away or name another folder by --data")
        }
    }

    /// Rewrites the bytes of a write-ahead log that no process has open and syncs them, so that what is
    /// read from it is on the disk.
    ///
    /// After a failed fsync Linux goes on showing the bytes that it could not write, takes them for written,
    /// and the next fsync succeeds without them. SQLite finds a whole commit in such a log, and a checkpoint
    /// would begin to move it into the database file while the disk has no log to finish it from.
    ///
    /// - Throws: ``Model/FileFault`` when the log cannot be read, written or synced.
    private static func rewriteWriteAheadLog(_ path: String) throws(FileFault) {
        let descriptor = Foundation.open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else {
            guard errno == ENOENT else { throw systemFault(path) }
            return
        }
        defer { close(descriptor) }
        var chunk = [UInt8](repeating: 0, count: rewrittenBytes)
        var offset: off_t = 0
        while true {
            let count = pread(descriptor, &chunk, rewrittenBytes, offset)
            guard count >= 0 else { throw systemFault(path) }
            if count == 0 { break }
            guard pwrite(descriptor, chunk, count, offset) == count else { throw systemFault(path) }
            offset += off_t(count)
        }
        guard offset == 0 || fsync(descriptor) == 0 else { throw systemFault(path) }
    }

    private static func systemFault(_ path: String) -> FileFault {
        FileFault(path: path, reason: String(cString: strerror(errno)))
    }
}
