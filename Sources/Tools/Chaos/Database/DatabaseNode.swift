internal import Foundation
internal import Model
internal import Processes
internal import Synchronization

/// A PostgreSQL server of a run: a primary or a standby, whatever its keeper makes of it.
final class DatabaseNode: Sendable {
    static let database = "bookstore"
    /// Who owns the database, and may do nothing beside: the servers' user.
    static let storeUser = "store"
    /// Who may do anything, over the socket in the folder only.
    private static let keeper = "keeper"
    /// How long a start may take, with the recovery after a crash.
    private static let startTimeMax = Duration.seconds(60)
    private static let stopTimeMax = Duration.seconds(30)

    let name: String
    let address: ServerAddress
    /// Its files and its socket.
    let folder: String
    private let programs: PostgresPrograms
    private let process = Mutex<ChildProcess?>(nil)

    private var data: String { folder + "/data" }
    /// Outside of the data, which is copied from node to node.
    private var settings: String { folder + "/postgresql.conf" }
    /// For replication.
    private var conninfo: String {
        "host=\(folder) port=\(address.port) user=\(Self.keeper) dbname=postgres"
    }

    init(index: Int, address: ServerAddress, in parent: String, programs: PostgresPrograms) throws {
        name = "database \(index)"
        self.address = address
        self.programs = programs
        folder = try programs.makeFolder("database-\(index)", in: parent)
        // The loopback address is everybody's on this machine, so it leads only to what has no power.
        try programs.write(
            """
            local all all trust
            local replication all trust
            host \(Self.database) \(Self.storeUser) 127.0.0.1/32 trust

            """, to: folder + "/pg_hba.conf")
    }

    // MARK: Its files

    /// Makes a new cluster.
    func make() async throws {
        try await run(
            "initdb",
            ["-D", data, "-U", Self.keeper, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-k"])
    }

    /// Makes it a standby of another node by a copy of that.
    func copy(_ other: DatabaseNode) async throws {
        if FileManager.default.fileExists(atPath: data) { try FileManager.default.removeItem(atPath: data) }
        try await run(
            "pg_basebackup", ["-d", other.conninfo, "-D", data, "-c", "fast", "--no-sync"])
        try markStandby()
    }

    /// Makes it a standby of another node by taking back what only itself has.
    func rewind(to other: DatabaseNode) async throws {
        try await run(
            "pg_rewind", ["--target-pgdata", data, "--source-server", other.conninfo, "--no-sync"])
        try markStandby()
    }

    private func markStandby() throws {
        try programs.write("", to: data + "/standby.signal")
    }

    /// Writes its settings.
    ///
    /// - Parameters:
    ///   - other: whom it follows as a standby.
    ///   - isSynchronous: whether a commit waits for a standby.
    func configure(following other: DatabaseNode, isSynchronous: Bool) throws {
        try programs.write(
            """
            hba_file = '\(folder)/pg_hba.conf'
            unix_socket_directories = '\(folder)'
            listen_addresses = '\(address.host)'
            port = \(address.port)
            max_connections = 100
            shared_buffers = 32MB
            wal_keep_size = 256MB
            wal_retrieve_retry_interval = 200ms
            log_line_prefix = '%m [%p] %a '
            primary_conninfo = '\(other.conninfo)'
            synchronous_standby_names = '\(isSynchronous ? "*" : "")'

            """, to: settings)
    }

    // MARK: Its processes

    /// Starts it and waits until it answers.
    func start() async throws {
        // The process that it names is gone, and its number may be another's.
        unlink(data + "/postmaster.pid")
        var command = programs.command("postgres", ["-D", data, "-c", "config_file=\(settings)"])
        command.output = .discarded
        command.errors = .file(folder + "/log")
        let started = try ChildProcess(command)
        process.withLock { $0 = started }
        let deadline = ContinuousClock.now + Self.startTimeMax
        while true {
            do {
                _ = try await sql("SELECT 1")
                return
            } catch {
                guard started.isRunning, ContinuousClock.now < deadline else {
                    throw ChaosFault("\(name) does not start: \(error); it said: \(lastWords)")
                }
            }
        }
    }

    /// Ends it and waits until it is gone: by SIGQUIT without writing anything out, as a crash does.
    func stop(_ signal: Int32 = SIGQUIT) async throws {
        guard let running = process.withLock({ $0 }) else { return }
        running.send(signal)
        guard await running.hasEnded(within: Self.stopTimeMax) else {
            throw ChaosFault("\(name) does not stop within \(Self.stopTimeMax)")
        }
        process.withLock { $0 = nil }
    }

    /// Kills all its processes at once, as the loss of its host does.
    func kill() async throws {
        freeze()
        for child in children { Foundation.kill(child, SIGKILL) }
        try await stop(SIGKILL)
    }

    /// Stops all its processes where they are.
    func freeze() {
        // Itself first, so that it starts no further ones.
        process.withLock { _ = $0?.send(SIGSTOP) }
        for child in children { Foundation.kill(child, SIGSTOP) }
    }

    func thaw() {
        for child in children { Foundation.kill(child, SIGCONT) }
        process.withLock { _ = $0?.send(SIGCONT) }
    }

    private var children: [pid_t] {
        process.withLock { $0.flatMap { $0.isRunning ? $0.pid : nil } }.map(ProcessTable.children) ?? []
    }

    var isRunning: Bool { process.withLock { $0?.isRunning ?? false } }

    /// The last lines of its log.
    var lastWords: String {
        let text = String(
            decoding: FileManager.default.contents(atPath: folder + "/log") ?? Data(), as: UTF8.self)
        return text.split(separator: "\n").suffix(5).joined(separator: " | ")
    }

    // MARK: Statements

    /// Runs SQL as its keeper.
    ///
    /// - Returns: the rows, their columns parted by `|`.
    @discardableResult
    func sql(_ text: String, in database: String = "postgres") async throws -> [String] {
        try await run(
            "psql",
            [
                "-h", folder, "-p", "\(address.port)", "-U", Self.keeper, "-d", database, "-XAtq", "-v",
                "ON_ERROR_STOP=1", "-c", text,
            ]
        ).split(separator: "\n").map(String.init)
    }

    /// Waits until a query says `t`.
    func wait(until condition: String, within limit: Duration = .seconds(30)) async throws {
        let deadline = ContinuousClock.now + limit
        while try await sql("SELECT coalesce((\(condition)), false)") != ["t"] {
            guard ContinuousClock.now < deadline else {
                throw ChaosFault("\(name): not within \(limit): \(condition); it said: \(lastWords)")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    @discardableResult
    private func run(_ program: String, _ arguments: [String]) async throws -> String {
        do {
            return try await programs.run(program, arguments, scratch: folder)
        } catch let fault as ChaosFault {
            throw ChaosFault("\(name): \(fault)")
        }
    }
}
