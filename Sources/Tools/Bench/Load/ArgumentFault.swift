/// An invalid value of an option, described for the person who wrote it.
package struct ArgumentFault: Error, Equatable, CustomStringConvertible {
    /// The error, and what was expected.
    package let description: String

    init(_ description: String) { self.description = description }
}
