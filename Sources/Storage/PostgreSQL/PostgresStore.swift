internal import Foundation
internal import Model
package import Monitoring

/// A journaled store in a ``PostgresDatabase``.
package protocol PostgresStore: JournaledStore {
    var database: PostgresDatabase { get }
}

extension PostgresStore {
    package var folder: String { database.folder }

    package func logMark() throws -> LogMark? {
        try database.read { try $0.run([database.log.mark])[0] }.first.map { row in
            LogMark(
                position: OperationLog.Position(inode: UInt64(bitPattern: row[0]), offset: UInt64(row[1])),
                sequence: row[2])
        }
    }

    package func save(_ mark: LogMark) throws {
        _ = try database.commit { try $0.run([saving(mark)]) }
    }

    /// The statement that stores a mark.
    ///
    /// - Parameter last: the number of the log's last operation; nil where that stays.
    package func saving(_ mark: LogMark, last: Int64? = nil) -> PostgresStatement {
        database.log.saving(mark, last: last)
    }

    package func close() throws { database.close() }

    package var pings: Bool { true }
    package func ping() throws { try database.ping() }

    /// What PostgreSQL says is for people already.
    package func explained<Value>(_ body: () throws -> Value) throws -> Value { try body() }

    package func passesByItself(_ error: any Error) -> Bool {
        switch error {
        case let error as PostgresError: error.kind == .lost || error.kind == .full
        // What is read after the connection was made anew.
        case StoreError.unavailable: true
        default: false
        }
    }

    package func databaseName() throws -> String { try database.name() }

    package func info() throws -> MetricSample {
        MetricSample(
            "bookstore_postgresql_info", .gauge, 1, labels: [("version", try databaseName())],
            help: "The PostgreSQL that is in use; always 1.")
    }
}
