/// A cover as it is kept: its image by its content, so that no image is kept twice.
package struct Cover: Sendable {
    /// See ``BookFact/cover``.
    package let digest: String
    package let image: [UInt8]

    package init(digest: String, image: [UInt8]) {
        self.digest = digest
        self.image = image
    }
}
