import Foundation
import TestSupport
import Testing

/// All tests that start servers. They run one at a time, so that two cores are enough.
@Suite(.serialized, .timeLimit(.minutes(2))) enum RealProcesses {}

/// A finished run of a command.
struct CommandRun {
    let status: Int32
    let output: String
    let errors: String
}

/// Runs `bookstore` with arguments in a folder and waits for its end.
func bookstore(
    _ arguments: String..., in folder: String, environment: [String: String] = [:]
) async throws -> CommandRun {
    try await run(Program.bookstore, arguments, in: folder, environment: environment)
}

/// Runs a program in a folder and waits for its end.
func run(
    _ program: String, _ arguments: [String], in folder: String, environment: [String: String] = [:]
) async throws -> CommandRun {
    let name = "run-\(UUID().uuidString)"
    let process = try ServerProcess(name, program, arguments, in: folder, environment: environment)
    defer { process.end() }
    let status = try await process.exit(within: 60)
    return CommandRun(status: status, output: process.output, errors: process.errors)
}
