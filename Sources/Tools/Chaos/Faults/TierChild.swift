internal import Foundation
internal import Model
internal import Synchronization

/// A server of the store as a child process that can be killed, frozen and started again.
///
/// The child is a group of its own, so that a Ctrl-C meant for the run does not reach it; it ends when its
/// input does, and so with the run, however that ends.
final class TierChild: Sendable {
    private struct State {
        var pid: pid_t?
        var input: Int32 = -1
        /// Counts the starts: a thaw is meant for the process that was frozen, not for its successor.
        var startCount = 0
        var isBeingKilled = false
    }

    let name: String
    let errorsPath: String
    private let program: String
    private let arguments: [String]
    private let state = Mutex(State())

    /// - Parameter errorsPath: the file to which the child's standard error is appended.
    init(name: String, program: String, arguments: [String], errorsPath: String) {
        self.name = name
        self.program = program
        self.arguments = arguments
        self.errorsPath = errorsPath
    }

    /// How often it was started.
    var startCount: Int { state.withLock { $0.startCount } }

    /// Starts the process.
    ///
    /// - Throws: ``ChaosFault`` when the system cannot.
    func launch() throws {
        try state.withLock { state in
            guard state.pid == nil else { return }
            if state.input >= 0 { close(state.input) }
            (state.pid, state.input) = try Self.spawn(program, arguments, errorsPath: errorsPath)
            state.startCount += 1
            state.isBeingKilled = false
        }
    }

    /// Sends SIGKILL.
    ///
    /// - Returns: false when somebody else is killing it already, or it does not run.
    func beginKill() -> Bool {
        state.withLock { state in
            guard let pid = state.pid, !state.isBeingKilled else { return false }
            state.isBeingKilled = true
            return kill(pid, SIGKILL) == 0
        }
    }

    /// Waits until the process that ``beginKill()`` has killed is gone.
    func waitUntilGone() async throws {
        while state.withLock({ Self.reap(&$0) }) == nil, state.withLock({ $0.pid }) != nil {
            try await Task.sleep(for: .milliseconds(1))
        }
    }

    /// Sends SIGSTOP.
    ///
    /// - Returns: what ``thaw(_:)`` takes; nil when there is nothing to freeze.
    func freeze() -> Int? {
        state.withLock { state in
            guard let pid = state.pid, !state.isBeingKilled, kill(pid, SIGSTOP) == 0 else { return nil }
            return state.startCount
        }
    }

    /// Sends SIGCONT to the process that was frozen, unless it is gone.
    func thaw(_ frozen: Int? = nil) {
        state.withLock { state in
            guard let pid = state.pid, frozen == nil || frozen == state.startCount else { return }
            kill(pid, SIGCONT)
        }
    }

    /// Whether the process ended without having been killed: its exit status, negative for a signal.
    func endedByItself() -> Int32? {
        state.withLock { state in state.isBeingKilled ? nil : Self.reap(&state) }
    }

    /// Asks the process to stop, and kills it when it does not.
    ///
    /// - Returns: its exit status, negative for a signal; nil when it did not run.
    func terminate(within limit: Duration) async -> Int32? {
        state.withLock { state in
            guard let pid = state.pid else { return }
            kill(pid, SIGCONT)
            kill(pid, SIGTERM)
        }
        let deadline = ContinuousClock.now + limit
        while state.withLock({ $0.pid }) != nil {
            if let status = state.withLock({ Self.reap(&$0) }) { return status }
            if ContinuousClock.now > deadline { _ = beginKill() }
            // A cancelled wait only looks more often.
            try? await Task.sleep(for: .milliseconds(5))
        }
        return nil
    }

    /// The last lines that it wrote to standard error.
    func lastWords(lineCount: Int = 5) -> String {
        let text = String(decoding: FileManager.default.contents(atPath: errorsPath) ?? Data(), as: UTF8.self)
        return text.split(separator: "\n").suffix(lineCount).joined(separator: " | ")
    }

    private static func reap(_ state: inout State) -> Int32? {
        guard let pid = state.pid else { return nil }
        var status: Int32 = 0
        guard waitpid(pid, &status, WNOHANG) == pid else { return nil }
        state.pid = nil
        let signal = status & 0x7F
        return signal == 0 ? (status >> 8) & 0xFF : -signal
    }

    private static func spawn(
        _ program: String, _ arguments: [String], errorsPath: String
    ) throws -> (pid: pid_t, input: Int32) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw ChaosFault("no pipe: \(String(cString: strerror(errno)))") }
        // No other child may hold this one's input open.
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { close(ends[0]) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_addopen(
            &actions, STDERR_FILENO, errorsPath, O_WRONLY | O_CREAT | O_APPEND, 0o644)
        // Listeners and connections of the proxies must not live on in a child when they are closed here.
        try SpawnExtras.closeDescriptors(&actions, 3)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // A child inherits blocked and ignored signals, and this program ignores some.
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigdefault(&attributes, &all)
        let flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP
        posix_spawnattr_setflags(&attributes, Int16(flags))
        // Settings of whoever started the run stay out; a planted bug is what a run is to find.
        let inherited = ProcessInfo.processInfo.environment.filter {
            !$0.key.hasPrefix("BOOKSTORE_") || $0.key == PlantedBug.environmentVariable
        }
        var argv = ([program] + arguments).map { strdup($0) } + [nil]
        var environment = inherited.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for pointer in argv + environment { free(pointer) } }
        var pid: pid_t = 0
        let status = posix_spawn(&pid, program, &actions, &attributes, &argv, &environment)
        guard status == 0 else {
            close(ends[1])
            throw ChaosFault("\(program) cannot be started: \(String(cString: strerror(status)))")
        }
        return (pid, ends[1])
    }
}

/// A call of the C library that its Swift module leaves out, as it is no part of POSIX yet.
private enum SpawnExtras {
    private typealias CloseDescriptors =
        @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32

    /// Closes `first` and all above it in the child.
    static func closeDescriptors(_ actions: inout posix_spawn_file_actions_t, _ first: Int32) throws {
        guard let symbol = dlsym(nil, "posix_spawn_file_actions_addclosefrom_np") else {
            throw ChaosFault("the C library has no posix_spawn_file_actions_addclosefrom_np")
        }
        _ = unsafeBitCast(symbol, to: CloseDescriptors.self)(&actions, first)
    }
}
