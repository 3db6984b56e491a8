/// A line of a file.
package struct FilePlace: Sendable, CustomStringConvertible {
    /// The path of the file.
    package let path: String
    package let line: Int

    /// `path:line`.
    package var description: String { "\(path):\(line)" }
}
