import Foundation
import Processes

/// A process that a test started, and the only one that it ends. When this test run dies in any way, the child
/// reads the end of its input.
package final class ServerProcess: Sendable {
    package struct Failed: Error, CustomStringConvertible {
        package let description: String

        package init(description: String) { self.description = description }
    }

    package let name: String
    private let folder: String
    private let process: ChildProcess

    /// Starts a program whose standard output and error are appended to `name.out` and `name.err`.
    ///
    /// - Parameters:
    ///   - program: a path, or a name to be found by `PATH`.
    ///   - folder: the working directory.
    ///   - ownGroup: makes it the leader of a process group, as a shell does with what it starts.
    package init(
        _ name: String, _ program: String, _ arguments: [String], in folder: String,
        environment: [String: String] = [:], ownGroup: Bool = false
    ) throws {
        self.name = name
        self.folder = folder
        var command = ChildProcess.Command(program, arguments)
        command.folder = folder
        command.environment = environment
        command.output = .file("\(folder)/\(name).out")
        command.errors = .file("\(folder)/\(name).err")
        command.leadsGroup = ownGroup
        process = try ChildProcess(command)
    }

    package var pid: pid_t { process.pid }
    /// The standard output of this and earlier processes of its name, so far.
    package var output: String { text("out") }
    /// The same for standard error.
    package var errors: String { text("err") }
    /// All output.
    package var said: String { output + errors }
    package var isRunning: Bool { process.isRunning }
    /// The exit status; negative for a signal; nil while it runs.
    package var status: Int32? { process.status }

    /// Sends a signal, unless the process has ended.
    package func send(_ signal: Int32) { process.send(signal) }

    /// Sends a signal to the whole process group that it leads, as a terminal does on Ctrl-C.
    package func sendToGroup(_ signal: Int32) { process.sendToGroup(signal) }

    /// Freezes it until it gets `SIGCONT`.
    package func freeze() async throws {
        send(SIGSTOP)
        // On a busy machine some of its threads still run for a moment.
        try await eventually("\(name) stands still") { ProcessTable.isStopped(pid) }
    }

    /// Waits for its end.
    @discardableResult
    package func exit(within seconds: Double = 30) async throws -> Int32 {
        try await eventually("\(name) ends", within: seconds) { !isRunning }
        return status ?? 0
    }

    /// Blocks until its end and returns its exit status; nil when it does not end in time.
    package func statusAtEnd(within seconds: Double) -> Int32? {
        _ = poll(within: seconds) { !isRunning }
        return status
    }

    /// Asks it to stop, and blocks as ``statusAtEnd(within:)`` does.
    package func stop(within seconds: Double = 15) -> Int32? {
        send(SIGTERM)
        return statusAtEnd(within: seconds)
    }

    /// Kills it and waits until it is gone.
    package func end() { process.kill() }

    private func text(_ suffix: String) -> String {
        let data = FileManager.default.contents(atPath: "\(folder)/\(name).\(suffix)") ?? Data()
        return String(decoding: data, as: UTF8.self)
    }
}
