/// What is wrong with one line of a file; the reader of the file adds its name and the line's number.
package struct LineFault: Error, Equatable, CustomStringConvertible {
    /// The reason, in words for the person who wrote the line.
    package let reason: String

    /// A fault with its reason.
    package init(_ reason: String) { self.reason = reason }

    /// The reason.
    package var description: String { reason }
}
