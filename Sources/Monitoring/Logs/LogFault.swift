internal import Foundation
internal import Model

/// A log that cannot be opened or written.
package struct LogFault: Error, Equatable, CustomStringConvertible {
    /// The log's path.
    package let path: String
    /// The operating system's reason.
    package let reason: String
    /// Whether the disk is full, so that waiting may help.
    package let isFull: Bool

    init(path: String, reason: String, isFull: Bool = false) {
        self.path = path
        self.reason = reason
        self.isFull = isFull
    }

    init(path: String, code: Int32) {
        self.init(
            path: path, reason: String(cString: strerror(code)), isFull: code == ENOSPC || code == EDQUOT)
    }

    /// The fault in words.
    package var description: String { "cannot write \(path): \(reason)" }
}
