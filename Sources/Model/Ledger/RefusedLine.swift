/// A line of a file that was refused.
package struct RefusedLine: Equatable, Codable, Sendable {
    package let line: Int
    /// The header of the column that is wrong; nil where it is not one alone.
    package let column: String?
    /// What is wrong with it.
    package let reason: String

    package init(line: Int, column: String? = nil, reason: String) {
        self.line = line
        self.column = column
        self.reason = reason
    }

    /// Lines that an answer names, at most.
    package static let namedCountMax = 1_000
}
