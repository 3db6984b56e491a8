/// Lowe's cache: the configurations that need not be searched again.
///
/// Of the configurations that differ only in the unknown changes they used, it keeps those that used least:
/// whatever is possible after using more is possible after using less.
struct VisitedStates<State: Hashable> {
    private struct Key: Hashable {
        // These determine `called` as well: it counts all operations invoked until the first return.
        let open: [Int]
        let state: State
    }

    private var leastUsed: [Key: [[Int32]]] = [:]

    /// - Parameters:
    ///   - open: the known operations that are called and not placed.
    ///   - used: how many unknown members of each class are placed.
    /// - Returns: false when the cache has a configuration that used no more of any class.
    mutating func insert(open: [Int], _ state: State, used new: [Int32]) -> Bool {
        let key = Key(open: open, state: state)
        guard let before = leastUsed[key] else {
            leastUsed[key] = [new]
            return true
        }
        if before.contains(where: { Self.isDominated(new, by: $0) }) { return false }
        leastUsed[key] = before.filter { !Self.isDominated($0, by: new) } + [new]
        return true
    }

    /// Whether an inserted configuration is still one of those that used least.
    func contains(open: [Int], _ state: State, used: [Int32]) -> Bool {
        leastUsed[Key(open: open, state: state)]?.contains(used) ?? false
    }

    private static func isDominated(_ new: [Int32], by old: [Int32]) -> Bool {
        for index in new.indices where old[index] > new[index] { return false }
        return true
    }
}

extension VisitedStates<BookState> {
    mutating func insert(_ configuration: SearchState) -> Bool {
        insert(open: configuration.open, configuration.state, used: configuration.used)
    }

    func contains(_ configuration: SearchState) -> Bool {
        contains(open: configuration.open, configuration.state, used: configuration.used)
    }
}
