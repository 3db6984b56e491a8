internal import Foundation
internal import Processes
internal import Synchronization

/// A server of the store as a child process that can be killed, frozen and started again.
///
/// The child has its own process group, so that a Ctrl-C for the run does not reach it. It ends when its
/// input ends, and so with the run in any case.
final class TierChild: Sendable {
    private struct State {
        var process: ChildProcess?
        /// The number of starts. It ensures that a thaw reaches the frozen process, not its successor.
        var startCount = 0
        var isBeingKilled = false
    }

    let name: String
    let errorsPath: String
    private let command: ChildProcess.Command
    private let state = Mutex(State())

    /// - Parameter errorsPath: the file to which the child's standard error is appended.
    init(name: String, program: String, arguments: [String], errorsPath: String) {
        self.name = name
        self.errorsPath = errorsPath
        var command = ChildProcess.Command(program, arguments)
        command.output = .discarded
        command.errors = .file(errorsPath)
        command.leadsGroup = true
        self.command = command
    }

    var startCount: Int { state.withLock { $0.startCount } }

    /// Starts the process.
    ///
    /// - Throws: ``Processes/ProcessFault`` when the system cannot start it.
    func launch() throws {
        try state.withLock { state in
            guard state.process == nil else { return }
            state.process = try ChildProcess(command)
            state.startCount += 1
            state.isBeingKilled = false
        }
    }

    /// Sends SIGKILL.
    ///
    /// - Returns: false when it is being killed already or does not run.
    func beginKill() -> Bool {
        state.withLock { state in
            guard let process = state.process, !state.isBeingKilled else { return false }
            state.isBeingKilled = true
            return process.send(SIGKILL)
        }
    }

    /// Waits until the process killed by ``beginKill()`` is gone.
    func waitUntilGone() async throws {
        while state.withLock({ Self.reap(&$0) }) == nil, state.withLock({ $0.process }) != nil {
            try await Task.sleep(for: .milliseconds(1))
        }
    }

    /// Sends SIGSTOP.
    ///
    /// - Returns: the argument for ``thaw(_:)``; nil when there is nothing to freeze.
    func freeze() -> Int? {
        state.withLock { state in
            guard let process = state.process, !state.isBeingKilled, process.send(SIGSTOP) else { return nil }
            return state.startCount
        }
    }

    /// Sends SIGCONT to the process that was frozen, unless it is gone.
    func thaw(_ frozen: Int? = nil) {
        state.withLock { state in
            if frozen == nil || frozen == state.startCount { state.process?.send(SIGCONT) }
        }
    }

    /// The exit status of a process that ended without being killed, negative for a signal; else nil.
    func endedByItself() -> Int32? {
        state.withLock { state in state.isBeingKilled ? nil : Self.reap(&state) }
    }

    /// Asks the process to stop, and kills it when it does not.
    ///
    /// - Returns: its exit status, negative for a signal; nil when it did not run.
    func terminate(within limit: Duration) async -> Int32? {
        state.withLock { state in
            state.process?.send(SIGCONT)
            state.process?.send(SIGTERM)
        }
        let deadline = ContinuousClock.now + limit
        while state.withLock({ $0.process }) != nil {
            if let status = state.withLock({ Self.reap(&$0) }) { return status }
            if ContinuousClock.now > deadline { _ = beginKill() }
            // A cancelled wait only polls more often.
            try? await Task.sleep(for: .milliseconds(5))
        }
        return nil
    }

    /// The last lines of its standard error.
    func lastWords(lineCount: Int = 5) -> String {
        let text = String(decoding: FileManager.default.contents(atPath: errorsPath) ?? Data(), as: UTF8.self)
        return text.split(separator: "\n").suffix(lineCount).joined(separator: " | ")
    }

    private static func reap(_ state: inout State) -> Int32? {
        guard let status = state.process?.status else { return nil }
        state.process = nil
        return status
    }
}
