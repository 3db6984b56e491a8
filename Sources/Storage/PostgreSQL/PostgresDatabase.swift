package import Model
internal import Synchronization

/// The tables of a tier in PostgreSQL in the hands of a process: the one connection that writes, which holds the lock of
/// the process' log, and those that read.
package final class PostgresDatabase: Sendable {
    /// How long a start waits for the session of a process that has just ended, or whose host is gone: longer than
    /// the server takes to notice.
    package static let patience = Duration.seconds(15)
    /// How long the server may take to notice that a session was closed, which then still holds its lock.
    private static let endOfSession = Duration.seconds(1)
    private static let repetitionCountMax = 3
    private static let pingTimeMax = Duration.seconds(1)
    /// How long the next row of a long read may take, of which the first may have to be looked for.
    private static let rowTimeMax = Duration.seconds(30)
    /// Tables grow faster than the server counts their rows: a plan made for a small one must not read a large one
    /// from end to end. A process that is frozen in a transaction must not keep the others from the ledger's head for
    /// longer than they wait for it.
    private static let settings = """
        SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan;
        SET idle_in_transaction_session_timeout = '750ms';
        """

    private let url: StoreURL
    private let schema: PostgresSchema
    /// What a tier keeps on this machine beside the database.
    package let folder: String
    /// The log that the process writes.
    package let log: PostgresLog
    private let pool: PostgresPool
    /// None while the server cannot be reached.
    private let writer: Mutex<PostgresConnection?>

    /// Connects, prepares the tables, and takes the log that is the process'.
    ///
    /// - Parameters:
    ///   - number: the log of another server's, which is gone; nil takes the one of `folder`.
    ///   - patience: how long it waits for another process that has the log.
    ///   - fill: see ``PostgresSchema/prepare(on:patience:fill:)``.
    package init(
        _ url: StoreURL, schema: PostgresSchema, folder: String, log number: Int64? = nil,
        patience: Duration = PostgresDatabase.patience, fill: (PostgresConnection) throws -> Void = { _ in }
    ) throws {
        let connection = try Self.connect(url, schema)
        try schema.prepare(on: connection, patience: patience) { try fill(connection) }
        try schema.share(on: connection, patience: patience)
        let tier = schema.tier
        let log =
            try number.map { try PostgresLog(number: $0, tier: tier, on: connection) }
            ?? PostgresLog(of: folder, tier: tier, on: connection)
        try log.lock(schema.lock, on: connection, patience: patience)
        self.url = url
        self.schema = schema
        self.folder = folder
        self.log = log
        pool = PostgresPool(url, application: "bookstore \(tier)")
        writer = Mutex(connection)
    }

    /// Makes the tables with their content, all of it or nothing.
    ///
    /// - Throws: ``PostgresError``, also where the tables are there already; the error of `fill`.
    package static func make(
        _ schema: PostgresSchema, at url: StoreURL, _ fill: (PostgresConnection) throws -> Void
    ) throws {
        let connection = try connect(url, schema)
        var isMade = false
        try schema.prepare(on: connection) {
            try fill(connection)
            isMade = true
        }
        guard isMade else {
            throw PostgresError(
                .refused, "\(url) has the tables of the \(schema.tier) already; nothing was changed")
        }
    }

    /// The tier, as errors name it.
    package var tier: String { schema.tier }

    /// Reads what the process keeps in memory.
    package func load<State>(_ body: (PostgresConnection) throws -> State) throws -> State {
        try writer.withLock { writer in
            guard let connection = writer else { throw unconnected }
            return try body(connection)
        }
    }

    private var unconnected: PostgresError { PostgresError(.lost, "there is no connection to \(url)") }

    /// Connects anew, after a fault, and takes what the server has for the truth.
    ///
    /// The log's lock tells that the earlier session has ended, and with it every transaction whose outcome is not
    /// known.
    package func reopen<State>(_ load: (PostgresConnection) throws -> State) throws -> State {
        try writer.withLock { writer in
            writer = nil
            pool.close()
            let connection = try Self.connect(url, schema)
            try schema.share(on: connection, patience: .zero)
            try log.lock(schema.lock, on: connection, patience: Self.endOfSession)
            let state = try load(connection)
            writer = connection
            return state
        }
    }

    private static func connect(
        _ url: StoreURL, _ schema: PostgresSchema, as purpose: String = "writer"
    ) throws -> PostgresConnection {
        try PostgresConnection(
            url, application: "bookstore \(schema.tier) \(purpose)", settings: settings)
    }

    /// Asks the server something, so that a loss is noticed before the next change waits for it.
    package func ping() throws {
        try writer.withLock { writer in
            guard let connection = writer else { throw unconnected }
            _ = try connection.answering(within: Self.pingTimeMax) { try connection.run("SELECT 1::bigint") }
        }
    }

    /// Gives lock and connections back.
    package func close() {
        writer.withLock { $0 = nil }
        pool.close()
    }

    // MARK: Reading

    /// Reads the database as of one moment, beside the writer.
    ///
    /// - Throws: ``Model/StoreError`` where the server cannot be reached, has no room or takes too long; else the
    ///   error of `body`.
    package func read<Value>(_ body: (PostgresConnection) throws -> Value) throws -> Value {
        do {
            return try pool.read(body)
        } catch let error as PostgresError {
            throw unavailable(error)
        }
    }

    /// What an error that left nothing undone says to who asked.
    package func unavailable(_ error: PostgresError) -> StoreError {
        undone(error.kind == .late ? .databaseSlow : .databaseFault)
    }

    /// A session beside the writer's, for one thread at a time. Reads are made over new connections from now on: those
    /// that are kept may lead to another server.
    ///
    /// - Parameter answerTimeMax: how long each answer may take.
    package func newSession(answerTimeMax: Duration) throws -> PostgresConnection {
        pool.close()
        let connection = try Self.connect(url, schema, as: "reader")
        connection.answerTimeMax = answerTimeMax
        return connection
    }

    /// Calls `body` with every row of a query, however long that takes.
    package func forEachRow(
        _ sql: String, _ values: [PostgresValue] = [], _ body: (PostgresRows.Row) throws -> Void
    ) throws {
        try readAll { try $0.forEachRow(sql, values, body) }
    }

    /// As ``read(_:)``, however long that takes.
    package func readAll<Value>(_ body: (PostgresConnection) throws -> Value) throws -> Value {
        try read { connection in
            try connection.run("SET LOCAL statement_timeout = 0")
            return try connection.answering(within: Self.rowTimeMax) { try body(connection) }
        }
    }

    /// What `value` makes of the rows of a query; rows of which it makes nothing are left out.
    package func values<Value>(
        _ sql: String, _ arguments: [PostgresValue] = [], _ value: (PostgresRows.Row) throws -> Value?
    ) throws -> [Value] {
        try read { try $0.run(sql, arguments).compactMap(value) }
    }

    // MARK: Writing

    /// Runs `body`, which begins, makes and commits one transaction.
    ///
    /// One that the server undoes for the sake of another is repeated. Where the server has no room or takes too long,
    /// nothing was done, and that is said.
    ///
    /// - Throws: ``Model/StoreError`` for those two; any other error leaves the outcome unknown.
    package func commit<Value>(_ body: (PostgresConnection) throws -> Value) throws -> Value {
        try writer.withLock { writer in
            guard let connection = writer else { throw unconnected }
            var repetitionCount = 0
            while true {
                do {
                    return try body(connection)
                } catch let error as PostgresError where error.isAnswer {
                    connection.rollBack()
                    switch error.kind {
                    case .conflict where repetitionCount < Self.repetitionCountMax: repetitionCount += 1
                    case .full: throw undone(.diskFull)
                    case .conflict, .late: throw undone(.databaseSlow)
                    default: throw error
                    }
                } catch {
                    connection.rollBack()
                    throw error
                }
            }
        }
    }

    private func undone(_ reason: StoreError.Reason) -> StoreError {
        .unavailable(tier: schema.tier, reason: reason, outcomeUnknown: false)
    }

    /// The last statements of a transaction, and its end.
    ///
    /// - Throws: ``PostgresError`` of the kind ``PostgresError/Kind/unconfirmed`` where the server gave up waiting for
    ///   its standby: it has committed, and only warns.
    package static func end(
        _ statements: [PostgresStatement], on connection: PostgresConnection
    ) throws {
        try connection.run(statements + [PostgresStatement("COMMIT")])
        guard !connection.wasWarned else {
            throw PostgresError(.unconfirmed, "the server has warned at a COMMIT; its standby may lack it")
        }
    }

    /// PostgreSQL's version, with what it does not promise.
    package func name() throws -> String {
        try read { connection in
            let version = connection.parameter("server_version").prefix { $0 != " " }
            let syncs = try connection.run("SELECT current_setting('fsync') = 'on'")[0].bool(0)
            return "PostgreSQL \(version)" + (syncs ? "" : " without fsync: a power cut loses what was sold")
        }
    }
}
