package import GRDB
internal import GRDBSQLite

/// A prepared statement that runs for every sale or every book of a search: bound and stepped without boxing a value or
/// copying a row.
///
/// GRDB's own way costs several times what SQLite does for a row. It stays right for everything that runs
/// once a batch or less. Used inside the transaction that it was made in only.
package struct HotStatement {
    private let statement: Statement
    private let handle: OpaquePointer

    /// Takes the connection's cached statement, or prepares it.
    package init(_ database: Database, sql: String) throws {
        statement = try database.cachedStatement(sql: sql)
        handle = statement.sqliteStatement
        sqlite3_reset(handle)
    }

    /// Binds the parameter with a number from 1; nil binds NULL.
    package func bind(_ index: Int32, _ value: Int64?) {
        if let value { sqlite3_bind_int64(handle, index, value) } else { sqlite3_bind_null(handle, index) }
    }

    /// Binds a text, which SQLite copies; nil binds NULL.
    package func bind(_ index: Int32, _ text: String?) {
        guard let text else {
            sqlite3_bind_null(handle, index)
            return
        }
        // SQLITE_TRANSIENT, a macro that Swift does not import: copy before returning.
        let copies = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        sqlite3_bind_text(handle, index, text, Int32(text.utf8.count), copies)
    }

    /// Binds bytes, which SQLite copies.
    package func bind(_ index: Int32, bytes: [UInt8]) {
        let copies = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        // Without an address SQLite would bind NULL.
        if bytes.isEmpty {
            sqlite3_bind_zeroblob(handle, index, 0)
        } else {
            sqlite3_bind_blob(handle, index, bytes, Int32(bytes.count), copies)
        }
    }

    /// Runs the statement to its end.
    ///
    /// - Returns: how many rows it changed.
    /// - Throws: the database's error.
    package func run() throws -> Int {
        defer { sqlite3_reset(handle) }
        try check(sqlite3_step(handle))
        return Int(sqlite3_changes(sqlite3_db_handle(handle)))
    }

    /// Runs the statement up to its first row.
    ///
    /// - Returns: the value that `read` makes of it; nil if there is no row.
    /// - Throws: the database's error.
    package func first<Value>(_ read: (Columns) throws -> Value) throws -> Value? {
        defer { sqlite3_reset(handle) }
        let code = sqlite3_step(handle)
        try check(code)
        return code == SQLITE_ROW ? try read(Columns(handle: handle)) : nil
    }

    /// Runs the statement to its end, or until `body` says no.
    ///
    /// - Throws: the database's error.
    package func forEachRow(_ body: (Columns) throws -> Bool) throws {
        defer { sqlite3_reset(handle) }
        while true {
            let code = sqlite3_step(handle)
            try check(code)
            guard code == SQLITE_ROW, try body(Columns(handle: handle)) else { return }
        }
    }

    /// The current row of a statement.
    package struct Columns {
        fileprivate let handle: OpaquePointer

        /// The integer in a column, numbered from 0; nil for NULL.
        package subscript(_ index: Int32) -> Int64? {
            sqlite3_column_type(handle, index) == SQLITE_NULL ? nil : sqlite3_column_int64(handle, index)
        }

        /// The bytes of the text in a column; none for NULL.
        package func bytes(_ index: Int32) -> [UInt8] {
            guard let text = sqlite3_column_text(handle, index) else { return [] }
            return Array(UnsafeBufferPointer(start: text, count: Int(sqlite3_column_bytes(handle, index))))
        }

        /// Calls `body` with the bytes in a column where they lie; none for NULL.
        package func withBytes<Value>(_ index: Int32, _ body: (UnsafeRawBufferPointer) throws -> Value)
            rethrows -> Value
        {
            // The order that SQLite asks for: its conversions happen before the count.
            let start = sqlite3_column_blob(handle, index)
            return try body(
                UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, index))))
        }

        /// The text in a column; empty for NULL.
        package func text(_ index: Int32) -> String { String(decoding: bytes(index), as: UTF8.self) }
    }

    private func check(_ code: Int32) throws {
        guard code != SQLITE_DONE, code != SQLITE_ROW else { return }
        let connection = sqlite3_db_handle(handle)
        let message = connection.map { String(cString: sqlite3_errmsg($0)) }
        throw DatabaseError(
            resultCode: ResultCode(rawValue: sqlite3_extended_errcode(connection)), message: message,
            sql: statement.sql)
    }
}
