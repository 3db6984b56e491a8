import Foundation
import Processes

/// A PostgreSQL server of the tests' own, in a temporary folder: on a socket there and no port, without passwords and
/// without fsync. It ends with the process that started it, whichever way, and takes its folder along.
package final class PostgresServer: Sendable {
    package struct Failed: Error, CustomStringConvertible {
        package let description: String
    }

    /// One for all tests that do it no harm; each makes databases of its own.
    private static let common = Result { try PostgresServer() }
    package static var shared: PostgresServer { get throws { try common.get() } }

    package let folder: String
    private let programs: String
    private let process: ChildProcess

    /// Makes a server and waits until it serves.
    ///
    /// - Parameters:
    ///   - settings: further ones, such as `"-c wal_level=minimal"`.
    ///   - primary: the server whose synchronous standby it is; nil for one of its own.
    package init(settings: [String] = [], standbyOf primary: PostgresServer? = nil) throws {
        programs = try Self.findPrograms()
        var name = Array("/tmp/bookstore-pg-XXXXXX".utf8CString)
        guard mkdtemp(&name) != nil else { throw Failed(description: "no temporary folder") }
        folder = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        // Root's processes may not be servers: it is the user of Debian's package.
        let isRoot = geteuid() == 0
        if isRoot, let user = getpwnam("postgres") { chown(folder, user.pointee.pw_uid, user.pointee.pw_gid) }
        let shell = [
            "/bin/sh", "-c", Self.life, "postgres", programs, folder, settings.joined(separator: " "),
            primary?.folder ?? "",
        ]
        let words = isRoot ? ["runuser", "-u", "postgres", "--"] + shell : shell
        var command = ChildProcess.Command(words[0], Array(words.dropFirst()))
        command.output = .discarded
        command.errors = .discarded
        command.folder = "/tmp"
        // A Ctrl-C at the terminal is for the tests, which then close the input.
        command.leadsGroup = true
        process = try ChildProcess(command)
        try waitUntilReady()
        guard let primary else { return }
        try primary.sql("ALTER SYSTEM SET synchronous_standby_names = '*'", in: "postgres")
        try primary.sql("SELECT pg_reload_conf()", in: "postgres")
        let follows = poll(within: 60) {
            (try? primary.sql("SELECT sync_state FROM pg_stat_replication", in: "postgres")) == ["sync"]
        }
        guard follows else { throw Failed(description: "the standby does not follow its primary") }
    }

    /// Makes the standby the primary, of which the old one is not told.
    package func promote() throws { try sql("SELECT pg_promote()", in: "postgres") }

    /// Makes the cluster, runs the server, again after each `restart` that is read, and at the end of the input stops
    /// it and removes everything.
    private static let life = """
        programs=$1 folder=$2 settings=$3 primary=$4
        if [ "$primary" ]; then
            "$programs/pg_basebackup" -h "$primary" -U store -D "$folder/data" -c fast -R --no-sync \
                >"$folder/initdb.log" 2>&1
        else
            "$programs/initdb" -D "$folder/data" -U store -A trust -E UTF8 --locale=C.UTF-8 --no-sync \
                >"$folder/initdb.log" 2>&1
        fi
        cat >"$folder/data/pg_hba.conf" <<-END
        local all locked scram-sha-256
        local all,replication all trust
        END
        start() {
            "$programs/postgres" -D "$folder/data" -k "$folder" -c listen_addresses= -c fsync=off \
                -c max_connections=60 $settings >>"$folder/log" 2>&1 &
            server=$!
        }
        start
        while read -r word; do
            wait $server
            rm -f "$folder/data/postmaster.pid"
            start
        done
        kill -INT $server
        wait $server
        rm -rf "$folder"
        """

    private static func findPrograms() throws -> String {
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")) ?? []
        let folders = versions.sorted { (Int($0) ?? 0) > (Int($1) ?? 0) }.map {
            "/usr/lib/postgresql/\($0)/bin"
        }
        guard
            let found = folders.first(where: {
                FileManager.default.isExecutableFile(atPath: $0 + "/initdb")
            })
        else {
            throw Failed(description: "PostgreSQL is not installed: run scripts/setup.sh --test")
        }
        return found
    }

    private func waitUntilReady() throws {
        guard poll(within: 60, { (try? run("pg_isready", "-d", "postgres")) != nil }) else {
            let log = FileManager.default.contents(atPath: folder + "/log") ?? Data()
            throw Failed(description: "PostgreSQL does not start: \(String(decoding: log, as: UTF8.self))")
        }
    }

    // MARK: Faults

    /// The server's main process.
    package var pid: pid_t {
        get throws {
            let text = try String(contentsOfFile: folder + "/data/postmaster.pid", encoding: .utf8)
            guard let pid = text.split(separator: "\n").first.flatMap({ pid_t($0) }) else {
                throw Failed(description: "postmaster.pid has no number")
            }
            return pid
        }
    }

    /// Sends a signal to the main process: `SIGQUIT` ends the server without writing anything out, as a crash does.
    package func send(_ signal: Int32) throws { kill(try pid, signal) }

    /// Starts the server again, after it was ended.
    package func start() throws {
        try process.write(Array("restart\n".utf8))
        try waitUntilReady()
    }

    /// Ends all sessions of a database, as an administrator can.
    package func endSessions(of database: String) throws {
        try sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '\(database)'",
            in: "postgres")
    }

    // MARK: Databases

    /// Makes an empty database, and gives its name.
    package func newDatabase() throws -> String {
        let name = "t" + UUID().uuidString.lowercased().replacing("-", with: "")
        try sql("CREATE DATABASE \(name) TEMPLATE template0", in: "postgres")
        return name
    }

    /// Restores a backup of a database's store into a new one, and gives its name.
    package func restore(from database: String) throws -> String {
        let name = try newDatabase()
        let file = folder + "/" + name + ".sql"
        defer { unlink(file) }
        try run("pg_dump", "-d", database, "--schema=bookstore")
            .write(toFile: file, atomically: true, encoding: .utf8)
        try run("psql", "-d", name, "-Xq", "-v", "ON_ERROR_STOP=1", "-f", file)
        return name
    }

    /// Where a store finds a database.
    package func url(_ database: String, user: String = "store") -> String {
        "postgresql:///\(database)?host=\(folder)&user=\(user)"
    }

    /// The database that a URL names.
    package static func database(of url: String) -> String {
        String(url.dropFirst("postgresql:///".count).prefix { $0 != "?" })
    }

    /// Runs SQL past the store, as somebody with a shell could.
    ///
    /// - Returns: the rows, their columns parted by `|`.
    /// - Throws: ``Failed`` with what the server says.
    @discardableResult
    package func sql(_ text: String, in database: String) throws -> [String] {
        try run("psql", "-d", database, "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", text)
            .split(separator: "\n").map(String.init)
    }

    @discardableResult
    private func run(_ program: String, _ arguments: String...) throws -> String {
        var command = ChildProcess.Command(
            programs + "/" + program, ["-h", folder, "-U", "store"] + arguments)
        command.output = .pipe
        let errors = folder + "/errors-\(UUID().uuidString)"
        command.errors = .file(errors)
        defer { unlink(errors) }
        let process = try ChildProcess(command)
        var output: [UInt8] = []
        process.readOutput { output += $0 }
        guard process.waitUntilEnd() == 0 else {
            let said = FileManager.default.contents(atPath: errors) ?? Data()
            throw Failed(description: String(decoding: said, as: UTF8.self))
        }
        return String(decoding: output, as: UTF8.self)
    }
}
