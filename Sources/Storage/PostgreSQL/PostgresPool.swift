internal import Synchronization

/// Connections for reading, made as they are wanted and kept for the next one.
final class PostgresPool: Sendable {
    /// Connections that are kept: as many as read at once, mostly.
    private static let keptCountMax = 4
    private static let settings = "SET default_transaction_read_only = on;"

    private let url: StoreURL
    private let application: String
    private let kept = Mutex<[PostgresConnection]>([])

    init(_ url: StoreURL, application: String) {
        self.url = url
        self.application = application
    }

    /// Reads the database as of one moment. A connection that has broken since it was last used is replaced once.
    func read<Value>(_ body: (PostgresConnection) throws -> Value) throws -> Value {
        if let connection = kept.withLock({ $0.popLast() }) {
            var hasBegun = false
            do {
                return try read(by: connection) {
                    hasBegun = true
                    return try body($0)
                }
            } catch let error as PostgresError where error.kind == .lost && !hasBegun {
                kept.withLock { $0 = [] }
            }
        }
        let connection = try PostgresConnection(url, application: application, settings: Self.settings)
        return try read(by: connection, body)
    }

    private func read<Value>(
        by connection: PostgresConnection, _ body: (PostgresConnection) throws -> Value
    ) throws -> Value {
        defer {
            if connection.isIdle {
                kept.withLock { if $0.count < Self.keptCountMax { $0.append(connection) } }
            }
        }
        let value = try connection.transaction("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY") {
            try body(connection)
        }
        // What an old primary tells may be too much or too little.
        try connection.run("SELECT \(PostgresConnection.confirmation)")
        return value
    }

    /// Closes what is kept.
    func close() { kept.withLock { $0 = [] } }
}
