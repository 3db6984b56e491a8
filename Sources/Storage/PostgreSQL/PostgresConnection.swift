internal import CPQ
internal import Foundation

/// A connection to PostgreSQL. Its calls block, so no event loop may make them.
///
/// Every statement is prepared once, by the protocol, and several go in one round trip (libpq's pipeline mode).
// One thread at a time uses it: it stands behind a lock, or a pool hands it to one.
package final class PostgresConnection: @unchecked Sendable {
    /// The oldest server that has all that the statements use.
    private static let serverVersionMin: Int32 = 14_00_00
    /// What a URL may say otherwise: an attempt ends, and a host that is gone is noticed, within seconds; only a
    /// server that takes writes will do.
    private static let defaults = [
        "connect_timeout": "2", "tcp_user_timeout": "5000", "keepalives_idle": "5",
        "keepalives_interval": "2",
        "keepalives_count": "3", "target_session_attrs": "read-write",
    ]

    let pq: PQFunctions
    let handle: OpaquePointer
    private let url: StoreURL
    /// Which of the URL's hosts it leads to.
    private let host: Int
    /// The names of the statements that are prepared, by their text.
    private var prepared: [String: String] = [:]
    private var preparedCount = 0
    /// Whether the server has warned of something since the last ``run(_:)`` began.
    package private(set) var wasWarned = false

    /// How long an answer may take before the server is taken for frozen, which its own limits do not notice: longer
    /// than a statement may run. Nil where statements may take as long as they do.
    package var answerTimeMax: Duration? = .seconds(7)
    /// Whether the server was given up, so that nothing more is asked of it.
    package private(set) var isGivenUp = false

    /// Connects, and makes the session one that the store can trust.
    ///
    /// - Parameters:
    ///   - application: what the server's list of sessions calls it.
    ///   - settings: further statements for the session.
    /// - Throws: ``PostgresError``.
    package init(_ url: StoreURL, application: String, settings: String = "") throws(PostgresError) {
        pq = try PostgresLibrary.functions
        self.url = url
        (handle, host) = try Self.connect(url, application: application, pq)
        url.prefer(host)
        _ = pq.setNoticeReceiver(
            handle,
            { connection, notice in
                guard let connection else { return }
                Unmanaged<PostgresConnection>.fromOpaque(connection).takeUnretainedValue().note(notice)
            }, Unmanaged.passUnretained(self).toOpaque())
        try check(url)
        try script(Self.session + settings)
    }

    deinit { pq.finish(handle) }

    /// Connects to the first host that will do.
    private static func connect(
        _ url: StoreURL, application: String, _ pq: PQFunctions
    ) throws(PostgresError) -> (OpaquePointer, host: Int) {
        var faults: [String] = []
        for (host, options) in url.optionsOfHosts {
            var options = defaults.merging(options) { $1 }
            options["client_encoding"] = "UTF8"
            options["application_name"] = application
            guard let handle = connect(options, pq) else {
                throw PostgresError(.full, "there is no memory for a connection")
            }
            if pq.status(handle) == CONNECTION_OK { return (handle, host) }
            faults.append(PostgresLibrary.text(pq.errorMessage(handle)))
            pq.finish(handle)
        }
        throw PostgresError(.lost, "\(url) is out of reach: \(faults.joined(separator: "; "))")
    }

    private static func connect(_ options: [String: String], _ pq: PQFunctions) -> OpaquePointer? {
        let pairs = Array(options)
        let texts = pairs.flatMap { [strdup($0.key), strdup($0.value)] }
        defer { for text in texts { free(text) } }
        let keywords = pairs.indices.map { UnsafePointer(texts[2 * $0]) } + [nil]
        let values = pairs.indices.map { UnsafePointer(texts[2 * $0 + 1]) } + [nil]
        return pq.connectdbParams(keywords, values, 0)
    }

    private func check(_ url: StoreURL) throws(PostgresError) {
        guard pq.serverVersion(handle) >= Self.serverVersionMin else {
            throw PostgresError(
                .refused, "\(url) runs version \(parameter("server_version")); the store needs 14 or newer")
        }
        guard parameter("server_encoding") == "UTF8" else {
            throw PostgresError(
                .refused,
                "\(url) keeps text as \(parameter("server_encoding")); make the database with the encoding UTF8"
            )
        }
    }

    /// A wait has an end, and what was committed is on the disk. The tables are in a schema of their own. A server
    /// notices within seconds that this host is gone, and frees what the session holds.
    private static let session = """
        SET search_path = bookstore;
        SET statement_timeout = '5s';
        SET lock_timeout = '3s';
        SET idle_in_transaction_session_timeout = '10s';
        SET client_connection_check_interval = '1s';
        SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 3;
        SET tcp_user_timeout = '10s';
        SET jit = off;
        SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off';

        """

    // MARK: The session

    /// What the server has told of itself.
    package func parameter(_ name: String) -> String {
        pq.parameterStatus(handle, name).map { String(cString: $0) } ?? "?"
    }

    /// Whether further statements make sense: the connection stands, and no transaction is open.
    package var isIdle: Bool {
        !isGivenUp && pq.status(handle) == CONNECTION_OK && pq.transactionStatus(handle) == PQTRANS_IDLE
    }

    private func note(_ notice: OpaquePointer?) {
        guard let notice, let severity = pq.resultErrorField(notice, Int32(UInt8(ascii: "V"))) else { return }
        if String(cString: severity) == "WARNING" { wasWarned = true }
    }

    /// Runs `body` with another limit for each answer.
    func answering<Value>(within time: Duration?, _ body: () throws -> Value) rethrows -> Value {
        let usual = answerTimeMax
        answerTimeMax = time
        defer { answerTimeMax = usual }
        return try body()
    }

    /// Gives the server up, which does not answer.
    func giveUp() -> PostgresError {
        isGivenUp = true
        url.avoid(host)
        return PostgresError(.lost, "PostgreSQL does not answer; its connection is given up")
    }

    /// An expression that makes of its statement a transaction of which a synchronous standby learns, where there is one.
    /// A server that was replaced by its standby does not know that, and goes on answering; but this it cannot end.
    package static let confirmation = """
        CASE WHEN current_setting('synchronous_standby_names') <> ''
            THEN pg_logical_emit_message(true, 'bookstore', '') END IS NULL
        """

    // MARK: Statements

    /// Runs statements without parameters that are not worth preparing.
    package func script(_ sql: String) throws(PostgresError) {
        _ = pq.exitPipelineMode(handle)
        guard let result = pq.exec(handle, sql) else { throw lost }
        defer { pq.clear(result) }
        let status = pq.resultStatus(result)
        guard status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK else {
            throw PostgresError(answer: result, pq)
        }
        guard pq.enterPipelineMode(handle) == 1 else { throw lost }
    }

    /// Runs one statement in one round trip.
    @discardableResult
    package func run(_ sql: String, _ values: [PostgresValue] = []) throws(PostgresError) -> PostgresRows {
        try run([PostgresStatement(sql, values)])[0]
    }

    /// Runs statements one after the other, in one round trip, and gives the rows of each. Of what follows one that
    /// fails nothing is run.
    ///
    /// - Throws: the first one's error.
    @discardableResult
    package func run(_ statements: [PostgresStatement]) throws(PostgresError) -> [PostgresRows] {
        wasWarned = false
        var sent: [Sent] = []
        for statement in statements { try send(statement, noting: &sent) }
        guard pq.pipelineSync(handle) == 1 else { throw lost }
        var rows: [PostgresRows] = []
        var fault: PostgresError?
        for command in sent {
            try awaitResult()
            guard let result = pq.getResult(handle) else { throw lost }
            let taken = PostgresRows(result, pq)
            switch pq.resultStatus(result) {
            case PGRES_COMMAND_OK, PGRES_TUPLES_OK:
                if case .execution = command { rows.append(taken) }
            case PGRES_PIPELINE_ABORTED: forget(command)
            default:
                forget(command)
                fault = fault ?? PostgresError(answer: result, pq)
                guard pq.status(handle) == CONNECTION_OK else { throw lost }
            }
            try expectEnd()
        }
        try takeSync()
        if let fault { throw fault }
        return rows
    }

    /// Runs a statement and calls `body` with each row as it comes, so that there may be any number of them.
    package func forEachRow(
        _ sql: String, _ values: [PostgresValue] = [], _ body: (PostgresRows.Row) throws -> Void
    ) throws {
        var sent: [Sent] = []
        try prepare(sql, noting: &sent)
        if let preparation = sent.first {
            guard pq.pipelineSync(handle) == 1 else { throw lost }
            do {
                try takeRows { _ in }
            } catch {
                forget(preparation)
                throw error
            }
            try takeSync()
        }
        try send(PostgresStatement(sql, values), noting: &sent)
        guard pq.pipelineSync(handle) == 1, pq.setSingleRowMode(handle) == 1 else { throw lost }
        var refusal: (any Error)?
        try takeRows { row in
            guard refusal == nil else { return }
            do { try body(row) } catch { refusal = error }
        }
        try takeSync()
        if let refusal { throw refusal }
    }

    /// Runs `body` in a transaction that is undone where it throws.
    package func transaction<Value>(
        _ begin: String = "BEGIN", _ body: () throws -> Value
    ) throws -> Value {
        try run(begin)
        do {
            let value = try body()
            try run("COMMIT")
            return value
        } catch {
            rollBack()
            throw error
        }
    }

    /// Ends a transaction that failed, if there is one and the connection stands.
    package func rollBack() {
        guard !isGivenUp, pq.status(handle) == CONNECTION_OK,
            pq.transactionStatus(handle) != PQTRANS_IDLE
        else { return }
        _ = try? run("ROLLBACK")
    }

    // MARK: The protocol

    private enum Sent {
        case preparation(sql: String)
        case execution
    }

    private func prepare(_ sql: String, noting sent: inout [Sent]) throws(PostgresError) {
        guard prepared[sql] == nil else { return }
        preparedCount += 1
        let name = "s\(preparedCount)"
        guard pq.sendPrepare(handle, name, sql, 0, nil) == 1 else { throw lost }
        prepared[sql] = name
        sent.append(.preparation(sql: sql))
    }

    private func send(_ statement: PostgresStatement, noting sent: inout [Sent]) throws(PostgresError) {
        try prepare(statement.sql, noting: &sent)
        var bytes: [UInt8] = []
        // NULL has no place.
        var places: [Range<Int>?] = []
        for value in statement.values {
            let start = bytes.count
            places.append(value.write(to: &bytes) ? start..<bytes.count : nil)
        }
        // A text of no bytes needs an address as well.
        bytes.append(0)
        let count = places.count
        let isSent = bytes.withUnsafeBytes { bytes in
            let base = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
            let pointers = places.map { place in place.flatMap { base?.advanced(by: $0.lowerBound) } }
            let lengths = places.map { Int32($0?.count ?? 0) }
            let formats = [Int32](repeating: 1, count: count)
            return pq.sendQueryPrepared(
                handle, prepared[statement.sql], Int32(count), pointers, lengths, formats, 1)
        }
        guard isSent == 1 else { throw lost }
        sent.append(.execution)
    }

    /// A statement whose preparation failed is prepared again when it is wanted again.
    private func forget(_ command: Sent) {
        if case .preparation(let sql) = command { prepared[sql] = nil }
    }
}
