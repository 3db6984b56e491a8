/// A run that could not be carried out, which says nothing about the store.
package struct ChaosFault: Error, CustomStringConvertible {
    /// The reason, in words for the person who started the run.
    package let description: String

    init(_ description: String) { self.description = description }
}
