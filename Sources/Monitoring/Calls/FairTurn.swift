/// Whose turn it is among those who wait in one line.
package enum FairTurn {
    /// The place of the first in line whose client has the fewest requests at work, so that a client that asks
    /// for much at once delays itself and not others.
    ///
    /// - Parameters:
    ///   - waiting: the clients of those who wait, in their order; each nil counts as a different client.
    ///   - busy: how many requests of each client are at work.
    /// - Returns: nil if no one waits.
    package static func next(
        among waiting: some Sequence<ObjectIdentifier?>, busy: [ObjectIdentifier: Int]
    ) -> Int? {
        var best: (index: Int, count: Int)?
        for (index, client) in waiting.enumerated() {
            let count = client.flatMap { busy[$0] } ?? 0
            if count == 0 { return index }
            if count < best?.count ?? .max { best = (index, count) }
        }
        return best?.index
    }
}
