internal import ArgumentParser
internal import Bench
internal import Foundation
internal import Model
internal import Monitoring
internal import Storage
internal import TierHTTP

/// The exit status of the program.
enum ExitStatus: Int32 {
    case done = 0
    case failed = 1
    /// A run of `bench` crossed a line that --fail-if drew.
    case thresholdCrossed = 3
    case usage = 64
    case unreachable = 69
    /// The outcome is not known yet; the same command with the key that was printed gives it.
    case temporary = 75
    case configuration = 78

    /// Says what went wrong and ends the process with the status that fits.
    ///
    /// - Parameter command: the command that ran; nil when the command line could not be read.
    static func exit(with error: any Error, of command: (any ParsableCommand.Type)? = nil) -> Never {
        leave(say(error, of: command))
    }

    /// Ends the process with a status, or with 1 where that is 0 and standard output could not be written.
    static func leave(_ status: Int32 = done.rawValue) -> Never {
        guard let fault = Output.fault else { Foundation.exit(status) }
        say("bookstore: \(fault)")
        Foundation.exit(status == done.rawValue ? failed.rawValue : status)
    }

    private static func say(_ error: any Error, of command: (any ParsableCommand.Type)?) -> Int32 {
        // Whoever throws it has said what there is to say.
        if let code = error as? ExitCode { return code.rawValue }
        if let error = error as? ValidationError, let command {
            say("Error: \(error.message)\n\(CommandTree.usage(of: command))")
            return usage.rawValue
        }
        if let error = error as? UnknownOutcomeFault {
            say("bookstore: \(oneLine(error.description))")
            // As it is, for it is meant to be copied: the shell's quotes make it harmless.
            StandardError.write("Repeat it with its key, which \(error.promise):\n  \(error.repetition)\n")
            return temporary.rawValue
        }
        if let status = of(error) {
            say("bookstore: \(oneLine(text(error)))")
            return status.rawValue
        }
        let code = Bookstore.exitCode(for: error).rawValue
        if command == nil, code == usage.rawValue, let mistyped = CommandTree.mistyped {
            say("Error: \(mistyped.description)\n\(CommandTree.usage(of: mistyped.group))")
            return code
        }
        let message = Bookstore.fullMessage(for: error)
        if !message.isEmpty { code == done.rawValue ? Output.line(message) : say(message) }
        return code
    }

    /// Writes a line, or several, for the person at the terminal to standard error. Text of files may stand in
    /// it: it is escaped and cut off here.
    static func say(_ line: String) { StandardError.write(ShownText.lines(line) + "\n") }

    /// The error in words.
    static func text(_ error: any Error) -> String {
        guard let error = error as? StoreError else { return "\(error)" }
        return Problem(error).detail
    }

    /// A line break in a file's text must not begin a line that looks like one of ours.
    private static func oneLine(_ text: String) -> String {
        ShownText.escaped(text, scalarCountMax: ShownText.lineScalarCountMax)
    }

    /// The status that an error ends the process with; nil where the error has its own.
    static func of(_ error: any Error) -> ExitStatus? {
        switch error {
        case is FileFault, is LogFault: .configuration
        case is ListenFault, is WorkFault: .failed
        case is UnreachableFault: .unreachable
        case let error as PostgresError: error.kind == .lost ? .unreachable : .configuration
        case let error as BenchFault:
            if case .unreachable = error { .unreachable } else { .failed }
        case let error as StoreError:
            if case .unavailable = error { .unreachable } else { .failed }
        // Errors of the argument parser carry their own message and status.
        case let error where Bookstore.exitCode(for: error) != .failure: nil
        default: .failed
        }
    }
}
