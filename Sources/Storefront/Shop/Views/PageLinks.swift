internal import Model

/// Where a list goes on, and back to its beginning.
struct PageLinks {
    let first: String?
    let next: String?

    /// Nil for a list that fits on one page.
    ///
    /// - Parameters:
    ///   - path: the list's address, with its query if it has one.
    ///   - after: where this page began; nil on the first.
    init?(path: String, after: String?, next: String?) {
        guard after != nil || next != nil else { return nil }
        first = after == nil ? nil : path
        self.next = next.map { ShopPaths.adding("after", $0, to: path) }
    }
}
