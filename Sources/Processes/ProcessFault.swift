internal import Foundation

/// A child process that could not be started or reached.
package struct ProcessFault: Error, CustomStringConvertible {
    /// What failed, and the system's reason.
    package let description: String

    init(_ what: String, _ error: Int32) { description = "\(what): \(String(cString: strerror(error)))" }
}
