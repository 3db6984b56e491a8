import Foundation
import Synchronization

/// A program that a test started, and the only one it ever ends.
final class ServerRun: Sendable {
    struct Failed: Error, CustomStringConvertible {
        let description: String
    }

    let pid: pid_t
    private let errorsPath: String
    /// Keeps the child's input open: when this test run dies, in whatever way, a supervised tier reads its end.
    private let input: Int32
    /// The exit status once the process was waited for; negative for a signal.
    private let ended = Mutex<Int32?>(nil)

    /// Starts a program in a folder; what it says is appended to `name.err` there.
    init(
        _ name: String, _ command: [String], in folder: String, environment: [String: String] = [:]
    ) throws {
        errorsPath = "\(folder)/\(name).err"
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw Failed(description: "no pipe for \(name)") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        input = ends[1]
        defer { close(ends[0]) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[0], 0)
        posix_spawn_file_actions_addopen(&actions, 1, errorsPath, O_WRONLY | O_CREAT | O_APPEND, 0o644)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)

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
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        // Settings of whoever runs the tests stay out. The C library's Swift module has no call that sets a
        // child's folder, so `env` does it; it becomes the program and keeps the process id.
        let inherited = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("BOOKSTORE_") }
        let variables = inherited.merging(environment) { $1 }.map { "\($0.key)=\($0.value)" }
        let arguments = ["/usr/bin/env", "-C", folder] + command
        pid = try Self.withCStrings(arguments) { argv in
            try Self.withCStrings(variables) { envp in
                var pid: pid_t = 0
                let status = posix_spawn(&pid, arguments[0], &actions, &attributes, argv, envp)
                guard status == 0 else {
                    throw Failed(description: "\(command): \(String(cString: strerror(status)))")
                }
                return pid
            }
        }
    }

    deinit {
        end()
        close(input)
    }

    /// What it said so far, in this and in earlier runs of its name.
    var errors: String {
        String(decoding: FileManager.default.contents(atPath: errorsPath) ?? Data(), as: UTF8.self)
    }

    var isRunning: Bool { status == nil }

    /// The exit status; negative for a signal; nil while it runs.
    var status: Int32? {
        ended.withLock { ended in
            var status: Int32 = 0
            if ended == nil, waitpid(pid, &status, WNOHANG) == pid { ended = Self.decode(status) }
            return ended
        }
    }

    /// Asks it to stop, waits for its end, and gives its exit status; nil when it does not end in time.
    func stop(within seconds: Double = 15) -> Int32? {
        ended.withLock { if $0 == nil { _ = kill(pid, SIGTERM) } }
        return exit(within: seconds)
    }

    /// Waits for its end; nil when it does not end in time.
    func exit(within seconds: Double) -> Int32? {
        _ = poll(within: seconds) { !isRunning }
        return status
    }

    /// `kill -9`, and waits until it is gone.
    func end() {
        ended.withLock { ended in
            guard ended == nil else { return }
            kill(pid, SIGKILL)
            var status: Int32 = 0
            while waitpid(pid, &status, 0) < 0, errno == EINTR {}
            ended = Self.decode(status)
        }
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

/// Looks every few milliseconds whether `condition` holds, for `seconds`.
func poll(within seconds: Double, _ condition: () -> Bool) -> Bool {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while !condition() {
        guard ContinuousClock.now < deadline else { return false }
        usleep(3_000)
    }
    return true
}

/// Runs blocking work on a thread of its own, since the concurrency pool has only one for each core. It stays
/// the work of its test, so that what it finds is found there.
func onThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withTaskExecutorPreference(OwnThread()) { try body() }
}

private final class OwnThread: TaskExecutor {
    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        Thread.detachNewThread { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
