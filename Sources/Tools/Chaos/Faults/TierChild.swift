internal import Foundation
internal import Processes
internal import Synchronization

/// A server of the store as a child process that can be killed, frozen and started again.
///
/// The child is a group of its own, so that a Ctrl-C meant for the run does not reach it; it ends when its
/// input does, and so with the run, however that ends.
final class TierChild: Sendable {
    private struct State {
        var process: ChildProcess?
        /// Counts the starts: a thaw is meant for the process that was frozen, not for its successor.
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

    /// How often it was started.
    var startCount: Int { state.withLock { $0.startCount } }

    /// Starts the process.
    ///
    /// - Throws: ``Processes/ProcessFault`` when the system cannot.
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
    /// - Returns: false when somebody else is killing it already, or it does not run.
    func beginKill() -> Bool {
        state.withLock { state in
            guard let process = state.process, !state.isBeingKilled else { return false }
            state.isBeingKilled = true
            return process.send(SIGKILL)
        }
    }

    /// Waits until the process that ``beginKill()`` has killed is gone.
    func waitUntilGone() async throws {
        while state.withLock({ Self.reap(&$0) }) == nil, state.withLock({ $0.process }) != nil {
            try await Task.sleep(for: .milliseconds(1))
        }
    }

    /// Sends SIGSTOP.
    ///
    /// - Returns: what ``thaw(_:)`` takes; nil when there is nothing to freeze.
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

    /// Whether the process ended without having been killed: its exit status, negative for a signal.
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
        guard let status = state.process?.status else { return nil }
        state.process = nil
        return status
    }
}
