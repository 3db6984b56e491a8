/// A line of a file that was refused.
package struct RefusedLine: Equatable, Codable, Sendable {
    package let line: Int
    /// What is wrong with it.
    package let reason: String

    package init(line: Int, reason: String) {
        self.line = line
        self.reason = reason
    }

    /// Lines that an answer names, at most.
    package static let namedCountMax = 1_000
}
