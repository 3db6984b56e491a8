/// The failure to carry out a run, which does not show a fault of the store.
package struct ChaosFault: Error, CustomStringConvertible {
    /// The reason, for the person who started the run.
    package let description: String

    init(_ description: String) { self.description = description }
}
