/// What the store and a webhook's receiver share, and nobody else knows. It has no text form but the one that is asked
/// for by name, so that it cannot slip into a log.
package struct WebhookSecret: Equatable, Sendable, CustomStringConvertible {
    /// How long it may be, in bytes. Who has a letter and its signature can try shorter ones.
    package static let byteCounts = 24...256

    /// For a signature, the database and the request that brings it.
    package let text: String

    /// Takes 24 … 256 visible ASCII characters.
    ///
    /// - Throws: ``LineFault`` that says what is wrong, without the secret.
    package init(parsing text: String) throws(LineFault) {
        guard Self.byteCounts.contains(text.utf8.count), text.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else {
            throw LineFault(
                "is not \(Self.byteCounts.lowerBound) to \(Self.byteCounts.upperBound) visible ASCII characters"
            )
        }
        self.text = text
    }

    /// Takes a checked text as it is.
    package init(trusted text: String) { self.text = text }

    /// Says nothing.
    package var description: String { "(secret)" }
}
