internal import Model

extension BookFacts {
    /// The same without a cover of which the image is missing.
    func withCover(isThere: Bool) -> BookFacts { isThere ? self : applying([.cover: nil]) }
}
