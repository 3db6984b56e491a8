/// An option's value that cannot be used, in words for the person who wrote it.
package struct ArgumentFault: Error, Equatable, CustomStringConvertible {
    /// What is wrong and what was expected.
    package let description: String

    init(_ description: String) { self.description = description }
}
