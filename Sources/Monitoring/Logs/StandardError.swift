internal import Foundation

/// Standard error as every part of the program writes to it.
package enum StandardError {
    /// Writes `text`, each piece by one system call, so that lines of several servers on one terminal do not
    /// mix. What cannot be written is dropped: a full, closed or broken standard error must end no server.
    package static func write(_ text: String) {
        _ = StandardStream.write(text, to: STDERR_FILENO)
    }
}
