internal import Foundation
package import GRDB
package import Model
internal import Synchronization

/// The database of a tier in the hands of its process: the lock, the connection, and what every tier does alike
/// with them.
package final class StoreFile: Sendable {
    package let path: String
    private let kind: DatabaseKind
    private let lock: DataLock
    /// None while a fault of the disk keeps the database from being opened again.
    private let connection = Mutex<DatabasePool?>(nil)

    /// Takes the lock on the database in `folder`, which is not opened yet.
    ///
    /// - Throws: ``Model/FileFault`` when another process has it.
    package init(_ kind: DatabaseKind, in folder: String) throws(FileFault) {
        self.kind = kind
        lock = try DataLock(path: folder + "/" + kind.lockName)
        path = kind.path(in: folder)
    }

    package var folder: String { (path as NSString).deletingLastPathComponent }

    /// Whether the database was made.
    package var exists: Bool { DatabaseFile.exists(path) }

    /// Makes the database where it is missing, whole or not at all: a crash in the middle leaves a draft that the next
    /// start throws away.
    package func makeIfMissing(fill: (Database) throws -> Void = { _ in }) throws {
        if !exists { try kind.create(in: folder, fill: fill) }
    }

    /// Opens the database, also again after a fault of the disk. Nobody else reads it before `load` has.
    ///
    /// - Throws: the database's error; it may then be tried again.
    package func open<State>(_ load: (Database) throws -> State) throws -> State {
        // A broken connection may refuse to close in order; the lock on the folder is still ours.
        try? connection.withLock { $0.take() }?.close()
        let pool = try DatabaseFile.open(
            path: path, applicationID: kind.applicationID, migrator: kind.migrator)
        let state = try pool.read(load)
        connection.withLock { $0 = pool }
        return state
    }

    /// Closes the database, and gives the lock back.
    package func close() throws {
        guard let pool = connection.withLock({ $0.take() }) else { return lock.release() }
        try DatabaseFile.checkpointUnlessRead(pool)
        try pool.close()
        lock.release()
    }

    /// Reads the database as of one moment.
    package func read<Value>(_ body: (Database) throws -> Value) throws -> Value { try pool.read(body) }

    /// Calls `body` with every row of a query, as of one moment.
    package func forEachRow(
        _ sql: String, _ arguments: StatementArguments = [], _ body: (Row) throws -> Void
    ) throws {
        try read { database in
            let rows = try Row.fetchCursor(database.cachedStatement(sql: sql), arguments: arguments)
            while let row = try rows.next() { try body(row) }
        }
    }

    /// What `value` makes of the rows of a query, as of one moment; rows of which it makes nothing are left out.
    package func values<Value>(
        _ sql: String, _ arguments: StatementArguments = [], _ value: (Row) throws -> Value?
    ) throws -> [Value] {
        var values: [Value] = []
        try forEachRow(sql, arguments) { row in
            if let value = try value(row) { values.append(value) }
        }
        return values
    }

    /// Runs a transaction.
    ///
    /// - Parameter beforeEnd: called inside the transaction with what `body` has made of it; an error undoes it.
    package func write<Value>(
        beforeEnd: (Value) throws -> Void = { _ in }, _ body: (Database) throws -> Value
    ) throws -> Value {
        try pool.write { database in
            let value = try body(database)
            try beforeEnd(value)
            return value
        }
    }

    /// Chooses whether commits wait for an fsync.
    package func setSynchronous(full: Bool) throws {
        try pool.writeWithoutTransaction { try DatabaseFile.setSynchronous(full: full, in: $0) }
    }

    /// SQLite's version.
    package func version() throws -> String {
        try read { try String.fetchOne($0, sql: "SELECT sqlite_version()") ?? "?" }
    }

    private var pool: DatabasePool {
        get throws {
            guard let pool = connection.withLock({ $0 }) else {
                throw DatabaseError(
                    resultCode: .SQLITE_MISUSE, message: "the database could not be opened again yet")
            }
            return pool
        }
    }
}
