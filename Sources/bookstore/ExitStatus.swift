internal import ArgumentParser
internal import Bench
internal import Foundation
internal import Model
internal import Monitoring
internal import TierHTTP

/// What the program's end tells its caller.
enum ExitStatus: Int32 {
    case done = 0
    case failed = 1
    /// A run of `bench` crossed a line that --fail-if drew.
    case thresholdCrossed = 3
    case usage = 64
    case unreachable = 69
    case configuration = 78

    /// Says what went wrong on standard error and ends the process with the status that fits.
    static func exit(with error: any Error) -> Never {
        if error is ExitCode || error is ValidationError || error is CleanExit {
            Bookstore.exit(withError: error)
        }
        guard let status = status(of: error) else { Bookstore.exit(withError: error) }
        say("bookstore: \(text(error))")
        Foundation.exit(status.rawValue)
    }

    /// Writes a line for the person at the terminal to standard error.
    static func say(_ line: String) { FileHandle.standardError.write(Data((line + "\n").utf8)) }

    /// The error in words.
    static func text(_ error: any Error) -> String {
        guard let error = error as? StoreError else { return "\(error)" }
        return Problem(error).detail
    }

    private static func status(of error: any Error) -> ExitStatus? {
        switch error {
        case is FileFault, is LogFault: .configuration
        case is ListenFault, is WorkFault: .failed
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

/// Work that could not be done, in words for the person who asked for it.
struct WorkFault: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
