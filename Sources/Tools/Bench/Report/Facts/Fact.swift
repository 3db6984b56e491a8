/// A name and what is said of it.
package struct Fact: Codable, Equatable, Sendable {
    package let name: String
    /// The value, for people.
    package let value: String

    /// A fact.
    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}
