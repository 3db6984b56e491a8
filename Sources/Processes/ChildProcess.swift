package import Foundation
internal import Model
internal import Synchronization

/// A program that this process has started.
///
/// Its standard input is a pipe that ends with this process, however that ends: a server that watches its input
/// does not outlive whoever started it. Signals go to it alone, and none is sent to an id that may be another's by then.
package final class ChildProcess: Sendable {
    /// Where output goes.
    package enum Output: Sendable {
        case inherited
        case discarded
        /// To the end of the file with this path.
        case file(String)
        /// To ``readOutput(_:)``.
        case pipe
    }

    /// What is started, and how.
    package struct Command: Sendable {
        package var program: String
        package var arguments: [String]
        /// The working directory; nil for that of this process.
        package var folder: String?
        /// Variables beside those of this process. Settings of this process (`BOOKSTORE_…`) are not among these, but
        /// a planted bug is.
        package var environment: [String: String] = [:]
        package var output = Output.inherited
        package var errors = Output.inherited
        /// Whether it leads a process group of its own: a Ctrl-C at the terminal does not reach it then.
        package var leadsGroup = false

        /// A command with the settings of a child that shares everything with this process.
        ///
        /// - Parameter program: a path, or a name to be found by `PATH`.
        package init(_ program: String, _ arguments: [String]) {
            self.program = program
            self.arguments = arguments
        }
    }

    package let pid: pid_t
    /// This process' end of the child's input.
    private let input: Int32
    /// This process' end of the child's output; -1 where it has none.
    private let output: Int32
    /// The exit status once the process was waited for.
    private let ended = Mutex<Int32?>(nil)

    /// Starts a program.
    ///
    /// - Throws: ``ProcessFault`` when the system cannot.
    package init(_ command: Command) throws {
        let inputs = try Self.pipe()
        defer { close(inputs.reading) }
        var outputs: (reading: Int32, writing: Int32) = (-1, -1)
        if case .pipe = command.output {
            outputs = try Self.pipe { close(inputs.writing) }
        }
        defer { if outputs.writing >= 0 { close(outputs.writing) } }
        do {
            pid = try Self.spawn(command, input: inputs.reading, output: outputs.writing)
        } catch {
            close(inputs.writing)
            if outputs.reading >= 0 { close(outputs.reading) }
            throw error
        }
        input = inputs.writing
        output = outputs.reading
    }

    /// Kills a child that still runs.
    deinit {
        kill()
        close(input)
        if output >= 0 { close(output) }
    }

    // MARK: Its end

    /// The exit status; negative for a signal; nil while it runs.
    package var status: Int32? {
        ended.withLock { ended in
            guard ended == nil else { return ended }
            var status: Int32 = 0
            let found = waitpid(pid, &status, WNOHANG)
            if found == pid { ended = Self.exitStatus(status) }
            // Where whoever started this process has it ignore its children's ends, the system keeps no status.
            if found < 0, errno == ECHILD { ended = 0 }
            return ended
        }
    }

    package var isRunning: Bool { status == nil }

    /// Blocks until it has ended, and returns its exit status; negative for a signal.
    package func waitUntilEnd() -> Int32 {
        while true {
            if let status { return status }
            var information = siginfo_t()
            // Only a look: it is reaped under the lock, where nobody sends it a signal.
            _ = waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT)
        }
    }

    /// Waits until it has ended.
    ///
    /// - Returns: whether it has within `limit`.
    package func hasEnded(within limit: Duration) async -> Bool {
        let deadline = ContinuousClock.now + limit
        while isRunning {
            guard ContinuousClock.now < deadline else { return false }
            // A cancelled wait only looks more often.
            try? await Task.sleep(for: .milliseconds(5))
        }
        return true
    }

    // MARK: Signals

    /// Sends a signal, unless it has ended.
    ///
    /// - Returns: whether it was sent.
    @discardableResult
    package func send(_ signal: Int32) -> Bool {
        ended.withLock { $0 == nil && Foundation.kill(pid, signal) == 0 }
    }

    /// Sends a signal to the process group that it leads, as a terminal does on Ctrl-C.
    package func sendToGroup(_ signal: Int32) {
        ended.withLock { if $0 == nil { _ = Foundation.kill(-pid, signal) } }
    }

    /// Kills it and waits until it is gone.
    package func kill() {
        send(SIGKILL)
        _ = waitUntilEnd()
    }

    // MARK: Input and output

    /// Writes to its standard input.
    ///
    /// - Throws: ``ProcessFault`` when it reads no more.
    package func write(_ bytes: some Sequence<UInt8>) throws {
        var rest = Array(bytes)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.write(input, $0.baseAddress, $0.count) }
            guard count > 0 else { throw ProcessFault("write", errno) }
            rest = rest.dropFirst(count)
        }
    }

    /// Blocks and passes on what it writes to a standard output that is a ``Output/pipe``, until it writes no more.
    package func readOutput(_ take: (ArraySlice<UInt8>) -> Void) {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(output, &bytes, bytes.count)
            guard count > 0 else { return }
            take(bytes[..<count])
        }
    }

    // MARK: The start

    private static func pipe(
        orElse undo: () -> Void = {}
    ) throws -> (reading: Int32, writing: Int32) {
        var ends: [Int32] = [-1, -1]
        guard Foundation.pipe(&ends) == 0 else {
            let fault = ProcessFault("pipe", errno)
            undo()
            throw fault
        }
        // No other child may hold this one's pipes open.
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    private static func spawn(_ command: Command, input: Int32, output: Int32) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
        for (descriptor, target) in [(STDOUT_FILENO, command.output), (STDERR_FILENO, command.errors)] {
            switch target {
            case .inherited: break
            case .discarded:
                posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_WRONLY, 0)
            case .file(let path):
                let flags = O_WRONLY | O_CREAT | O_APPEND
                posix_spawn_file_actions_addopen(&actions, descriptor, path, flags, 0o644)
            case .pipe: posix_spawn_file_actions_adddup2(&actions, output, descriptor)
            }
        }
        if let folder = command.folder { try SpawnExtras.changeFolder(&actions, folder) }
        // Sockets of this process must not live on in a child when they are closed here.
        try SpawnExtras.closeDescriptors(&actions, STDERR_FILENO + 1)

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // A child inherits blocked and ignored signals; some threads of this process block most of them.
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigdefault(&attributes, &all)
        let group = command.leadsGroup ? POSIX_SPAWN_SETPGROUP : 0
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | group))

        let inherited = ProcessInfo.processInfo.environment.filter {
            !$0.key.hasPrefix("BOOKSTORE_") || $0.key == PlantedBug.environmentVariable
        }
        let variables = inherited.merging(command.environment) { $1 }
        var argv = ([command.program] + command.arguments).map { strdup($0) } + [nil]
        var environment = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for pointer in argv + environment { free(pointer) } }
        var pid: pid_t = 0
        let status = posix_spawnp(&pid, command.program, &actions, &attributes, &argv, &environment)
        guard status == 0 else { throw ProcessFault("\(command.program) cannot be started", status) }
        return pid
    }

    /// A status of `waitpid` as an exit status; negative for a signal.
    private static func exitStatus(_ status: Int32) -> Int32 {
        let signal = status & 0x7F
        return signal == 0 ? (status >> 8) & 0xFF : -signal
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
        guard let symbol = dlsym(nil, name) else { throw ProcessFault("dlsym \(name)", ENOSYS) }
        return unsafeBitCast(symbol, to: type)
    }
}
