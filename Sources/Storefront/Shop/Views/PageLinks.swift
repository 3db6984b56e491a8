internal import Model

/// Links to the next page of a list and back to its start.
struct PageLinks {
    let first: String?
    let next: String?

    /// Makes the links; nil for a list that fits on one page.
    ///
    /// - Parameters:
    ///   - path: the list's address, with its query if it has one.
    ///   - after: the place where this page starts; nil on the first.
    init?(path: String, after: String?, next: String?) {
        guard after != nil || next != nil else { return nil }
        first = after == nil ? nil : path
        self.next = next.map { ShopPaths.adding("after", $0, to: path) }
    }
}
