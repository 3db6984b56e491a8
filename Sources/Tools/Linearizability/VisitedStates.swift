import Model

/// Lowe's cache: configurations from which the search need not start again.
///
/// Of those that differ only in the unknown changes they used, it keeps the ones that used least: whatever
/// can be done after using more can be done after using less.
struct VisitedStates {
    private struct Key: Hashable {
        // With these, `called` is given as well: it is past the last open one, up to the first return.
        let open: [Int]
        let state: BookState
    }

    private var leastUsed: [Key: [[Int32]]] = [:]

    /// - Returns: false when one was there that used no more of any class.
    mutating func insert(_ configuration: SearchState) -> Bool {
        let key = Key(open: configuration.open, state: configuration.state)
        let new = configuration.used
        guard let before = leastUsed[key] else {
            leastUsed[key] = [new]
            return true
        }
        if before.contains(where: { Self.isDominated(new, by: $0) }) { return false }
        leastUsed[key] = before.filter { !Self.isDominated($0, by: new) } + [new]
        return true
    }

    /// Whether an inserted configuration is still among those that used least.
    func contains(_ configuration: SearchState) -> Bool {
        let key = Key(open: configuration.open, state: configuration.state)
        return leastUsed[key]?.contains(configuration.used) ?? false
    }

    private static func isDominated(_ new: [Int32], by old: [Int32]) -> Bool {
        for index in new.indices where old[index] > new[index] { return false }
        return true
    }
}
