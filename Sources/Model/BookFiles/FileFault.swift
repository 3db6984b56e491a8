/// A file that cannot be used, with the place in it where that is known.
package struct FileFault: Error, Equatable, CustomStringConvertible {
    /// The file's path as it was given.
    package let path: String
    /// The line, counted from 1; nil when the fault is with the whole file.
    package let line: Int?
    /// What is wrong and, where it helps, what to do.
    package let reason: String

    /// A fault with its place.
    package init(path: String, line: Int? = nil, reason: String) {
        self.path = path
        self.line = line
        self.reason = reason
    }

    /// `path:line: reason`, as compilers print it.
    package var description: String { line.map { "\(path):\($0): \(reason)" } ?? "\(path): \(reason)" }
}
