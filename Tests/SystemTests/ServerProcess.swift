import Foundation
import Synchronization
import TestSupport

/// A process that a test started, and the only one it ever ends.
final class ServerProcess: Sendable {
    struct Failed: Error, CustomStringConvertible {
        let description: String
    }

    let name: String
    let pid: pid_t
    private let folder: String
    /// Keeps the child's input open; when this test run dies, in whatever way, the child reads its end.
    private let input: Int32
    /// The exit status once the process was waited for; negative for a signal.
    private let ended = Mutex<Int32?>(nil)

    /// Starts a program whose standard output and error are appended to `name.out` and `name.err`.
    ///
    /// - Parameters:
    ///   - folder: the working directory.
    ///   - ownGroup: makes it the leader of a process group, as a shell does with what it starts.
    init(
        _ name: String, _ program: String, _ arguments: [String], in folder: String,
        environment: [String: String] = [:], ownGroup: Bool = false
    ) throws {
        self.name = name
        self.folder = folder
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw Failed(description: "no pipe for \(name)") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        input = ends[1]
        defer { close(ends[0]) }

        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[0], 0)
        for (descriptor, suffix) in [(Int32(1), "out"), (2, "err")] {
            let path = "\(folder)/\(name).\(suffix)"
            posix_spawn_file_actions_addopen(&actions, descriptor, path, O_WRONLY | O_CREAT | O_APPEND, 0o644)
        }
        try SpawnExtras.changeFolder(&actions, folder)
        // Sockets of tests that run at the same time must not live on in this child.
        try SpawnExtras.closeDescriptors(&actions, 3)

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // The threads of a test run block most signals, and a child would inherit that.
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigdefault(&attributes, &all)
        let flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | (ownGroup ? POSIX_SPAWN_SETPGROUP : 0)
        posix_spawnattr_setflags(&attributes, Int16(flags))

        // Settings of whoever runs the tests stay out.
        let inherited = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("BOOKSTORE_") }
        let variables = inherited.merging(environment) { $1 }.map { "\($0.key)=\($0.value)" }
        pid = try Self.withCStrings([program] + arguments) { argv in
            try Self.withCStrings(variables) { envp in
                var pid: pid_t = 0
                let status = posix_spawn(&pid, program, &actions, &attributes, argv, envp)
                guard status == 0 else {
                    throw Failed(description: "\(program): \(String(cString: strerror(status)))")
                }
                return pid
            }
        }
    }

    deinit {
        end()
        close(input)
    }

    /// What it wrote to standard output so far.
    var output: String { text("out") }
    /// What it wrote to standard error so far.
    var errors: String { text("err") }
    var isRunning: Bool { status == nil }

    /// The exit status; negative for a signal; nil while it runs.
    var status: Int32? {
        ended.withLock { ended in
            var status: Int32 = 0
            if ended == nil, waitpid(pid, &status, WNOHANG) == pid { ended = Self.decode(status) }
            return ended
        }
    }

    /// Sends a signal, unless the process has ended: its id may be another's by then.
    func send(_ signal: Int32) {
        ended.withLock { if $0 == nil { _ = kill(pid, signal) } }
    }

    /// Sends a signal to the whole process group that it leads, as a terminal does on Ctrl-C.
    func sendToGroup(_ signal: Int32) {
        ended.withLock { if $0 == nil { _ = kill(-pid, signal) } }
    }

    /// Stops it in its tracks, until it is sent `SIGCONT`.
    func freeze() async throws {
        send(SIGSTOP)
        // On a busy machine some of its threads run on for a moment.
        try await eventually("\(name) stands still") { ProcessTable.isStopped(pid) }
    }

    /// Waits for its end.
    @discardableResult
    func exit(within seconds: Double = 30) async throws -> Int32 {
        try await eventually("\(name) ends", within: seconds) { !isRunning }
        return status ?? 0
    }

    /// Kills it and waits until it is gone.
    func end() {
        ended.withLock { ended in
            guard ended == nil else { return }
            kill(pid, SIGKILL)
            var status: Int32 = 0
            while waitpid(pid, &status, 0) < 0, errno == EINTR {}
            ended = Self.decode(status)
        }
    }

    private func text(_ suffix: String) -> String {
        let data = FileManager.default.contents(atPath: "\(folder)/\(name).\(suffix)") ?? Data()
        return String(decoding: data, as: UTF8.self)
    }

    private static func decode(_ status: Int32) -> Int32 {
        let signal = status & 0x7F
        return signal == 0 ? (status >> 8) & 0xFF : -signal
    }

    private static func withCStrings<Value>(
        _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) throws -> Value
    ) rethrows -> Value {
        let pointers = strings.map { strdup($0) }
        defer { for pointer in pointers { free(pointer) } }
        return try body(pointers + [nil])
    }
}

/// Two calls of the C library that its Swift module leaves out, as they are no part of POSIX yet.
private enum SpawnExtras {
    private typealias ChangeFolder =
        @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, UnsafePointer<CChar>) -> Int32
    private typealias CloseDescriptors =
        @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32

    static func changeFolder(_ actions: inout posix_spawn_file_actions_t, _ folder: String) throws {
        let call = try find("posix_spawn_file_actions_addchdir_np", as: ChangeFolder.self)
        _ = call(&actions, folder)
    }

    /// Closes `first` and all above it in the child.
    static func closeDescriptors(_ actions: inout posix_spawn_file_actions_t, _ first: Int32) throws {
        let call = try find("posix_spawn_file_actions_addclosefrom_np", as: CloseDescriptors.self)
        _ = call(&actions, first)
    }

    private static func find<Call>(_ name: String, as type: Call.Type) throws -> Call {
        guard let symbol = dlsym(nil, name) else {
            throw ServerProcess.Failed(description: "the C library has no \(name)")
        }
        return unsafeBitCast(symbol, to: type)
    }
}

/// Processes of this machine as `/proc` shows them.
enum ProcessTable {
    /// The children of a process that run (and are no zombies), in the order of their start.
    static func children(of parent: pid_t) -> [pid_t] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { pid_t($0) }.filter { pid in
            guard let (state, parentOfIt) = stateAndParent("/proc/\(pid)") else { return false }
            return parentOfIt == parent && state != "Z"
        }.sorted()
    }

    static func isRunning(_ pid: pid_t) -> Bool {
        stateAndParent("/proc/\(pid)").map { $0.state != "Z" } ?? false
    }

    /// Whether all threads of a process are stopped.
    static func isStopped(_ pid: pid_t) -> Bool {
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task")) ?? []
        return !threads.isEmpty
            && threads.allSatisfy { stateAndParent("/proc/\(pid)/task/\($0)")?.state == "T" }
    }

    /// The command line of a process.
    static func arguments(of pid: pid_t) -> [String] {
        let data = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") ?? Data()
        return data.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    }

    private static func stateAndParent(_ entry: String) -> (state: String, parent: pid_t)? {
        guard let data = FileManager.default.contents(atPath: entry + "/stat") else { return nil }
        // The program's name stands in parentheses and may hold anything.
        let fields =
            String(decoding: data, as: UTF8.self).split(separator: ")").last?.split(separator: " ") ?? []
        guard fields.count > 1, let parent = pid_t(fields[1]) else { return nil }
        return (String(fields[0]), parent)
    }
}
