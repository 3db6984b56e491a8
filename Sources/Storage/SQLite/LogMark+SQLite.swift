package import GRDB
internal import Monitoring

// The mark as a table of one row.
extension LogMark {
    /// Makes the table of the one mark.
    package static func createTable(in database: Database) throws {
        try database.execute(
            sql: """
                CREATE TABLE log_mark (
                    id INTEGER PRIMARY KEY CHECK (id = 1),
                    inode INTEGER NOT NULL, offset INTEGER NOT NULL, sequence INTEGER NOT NULL
                ) STRICT
                """)
    }

    /// Reads the mark; nil before the log was first written.
    package static func fetch(_ database: Database) throws -> LogMark? {
        try Row.fetchOne(database, sql: "SELECT inode, offset, sequence FROM log_mark").map { row in
            let inode: Int64 = row["inode"]
            let offset: Int64 = row["offset"]
            return LogMark(
                position: OperationLog.Position(inode: UInt64(bitPattern: inode), offset: UInt64(offset)),
                sequence: row["sequence"])
        }
    }

    /// Writes the mark in the caller's transaction.
    package func save(_ database: Database) throws {
        let statement = try database.cachedStatement(
            sql: "INSERT OR REPLACE INTO log_mark (id, inode, offset, sequence) VALUES (1, ?, ?, ?)")
        try statement.execute(arguments: [
            Int64(bitPattern: position.inode), Int64(position.offset), sequence,
        ])
    }
}
