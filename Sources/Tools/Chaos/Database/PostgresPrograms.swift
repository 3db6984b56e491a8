internal import Foundation
internal import Processes

/// PostgreSQL's own programs, run as a user who may have a server.
struct PostgresPrograms: Sendable {
    private static let needed = ["initdb", "postgres", "psql", "pg_basebackup", "pg_rewind"]
    /// How long one of them may take that is waited for.
    private static let timeMax = Duration.seconds(60)

    private let folder: String
    /// Whom root hands its servers to: PostgreSQL does not serve as root.
    private let servant: (user: uid_t, group: gid_t)?

    /// Finds the newest version that is installed.
    ///
    /// - Throws: ``ChaosFault`` with what is missing.
    init() throws {
        let versions = "/usr/lib/postgresql"
        let installed = (try? FileManager.default.contentsOfDirectory(atPath: versions)) ?? []
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let folders =
            installed.sorted { (Int($0) ?? 0) > (Int($1) ?? 0) }.map { "\(versions)/\($0)/bin" }
            + path.split(separator: ":").map(String.init)
        let found = folders.first { folder in
            Self.needed.allSatisfy { FileManager.default.isExecutableFile(atPath: "\(folder)/\($0)") }
        }
        guard let found else {
            throw ChaosFault(
                "PostgreSQL's server programs are not installed: 'scripts/setup.sh --test' installs them")
        }
        folder = found
        guard geteuid() == 0 else {
            servant = nil
            return
        }
        guard let user = getpwnam("postgres") else {
            throw ChaosFault(
                "PostgreSQL does not serve as root, and there is no user 'postgres'; start this as another user"
            )
        }
        servant = (user.pointee.pw_uid, user.pointee.pw_gid)
    }

    /// Makes a folder in which the servers may write, in one that they may pass through.
    func makeFolder(_ name: String, in parent: String) throws -> String {
        let path = "\(parent)/\(name)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: path)
        guard servant != nil else { return path }
        try FileManager.default.setAttributes([.posixPermissions: 0o711], ofItemAtPath: parent)
        handOver(path)
        return path
    }

    /// Writes a file that the servers may read.
    func write(_ text: String, to path: String) throws {
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        handOver(path)
    }

    private func handOver(_ path: String) {
        if let servant { chown(path, servant.user, servant.group) }
    }

    /// How a program is started.
    func command(_ program: String, _ arguments: [String]) -> ChildProcess.Command {
        var words = [program.contains("/") ? program : folder + "/" + program] + arguments
        if let servant {
            words =
                ["setpriv", "--reuid=\(servant.user)", "--regid=\(servant.group)", "--clear-groups", "--"]
                + words
        }
        var command = ChildProcess.Command(words[0], Array(words.dropFirst()))
        command.folder = "/"
        // A Ctrl-C at the terminal is for the run, which then ends them.
        command.leadsGroup = true
        return command
    }

    /// Runs a program to its end.
    ///
    /// - Parameter scratch: where its output goes meanwhile.
    /// - Returns: its standard output.
    /// - Throws: ``ChaosFault`` with what it says when it fails.
    @discardableResult
    func run(_ program: String, _ arguments: [String], scratch: String) async throws -> String {
        let path = "\(scratch)/\(program)-\(UUID().uuidString.prefix(8))"
        let (output, errors) = (path + ".out", path + ".err")
        defer {
            unlink(output)
            unlink(errors)
        }
        var command = command(program, arguments)
        command.output = .file(output)
        command.errors = .file(errors)
        let process = try ChildProcess(command)
        guard await process.hasEnded(within: Self.timeMax) else {
            throw ChaosFault("\(program) takes longer than \(Self.timeMax)")
        }
        guard process.status == 0 else { throw ChaosFault("\(program): \(Self.text(errors))") }
        return Self.text(output)
    }

    private static func text(_ path: String) -> String {
        String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    }
}
