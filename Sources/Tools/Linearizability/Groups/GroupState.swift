import Model

/// A configuration of the search over a group of books: as ``SearchState`` is for one.
struct GroupState {
    /// The known operations that are called and not placed, in the order of their invocations.
    private(set) var open: [Int] = []
    /// How many known operations are called: placed or open.
    private(set) var called = 0
    /// The books after the placed operations.
    private(set) var books: [BookState]
    /// How many unknown members of each class are placed: always those invoked first.
    private(set) var used: [Int32]
    /// The first return of an open operation, in nanoseconds. An operation invoked later cannot come next.
    private(set) var untilNanos = UInt64.max

    init(_ group: GroupHistory, initial: [BookState]) {
        books = initial
        used = Array(repeating: 0, count: group.classes.count)
        call(group)
    }

    /// How many known operations are placed.
    var placedCount: Int { called - open.count }

    /// Whether every known operation is placed.
    var isComplete: Bool { open.isEmpty }

    /// Places a known change.
    ///
    /// - Returns: false when it does not fit; then nothing is placed.
    mutating func place(change operation: Int, _ group: GroupHistory, _ steps: inout [Int32]) -> Bool {
        guard place(group.classes[group.known[operation].changeClass].change) else { return false }
        open.removeAll { $0 == operation }
        steps.append(Int32(operation))
        call(group)
        placeReads(group, &steps)
        return true
    }

    /// Places the next unknown member of a class.
    ///
    /// - Returns: false when it does not fit; then nothing is placed.
    mutating func place(unknownOf changeClass: Int, _ group: GroupHistory, _ steps: inout [Int32]) -> Bool {
        guard place(group.classes[changeClass].change) else { return false }
        used[changeClass] += 1
        steps.append(~Int32(changeClass))
        placeReads(group, &steps)
        return true
    }

    /// Places every open read that fits the state, including those that become open meanwhile. One pass is
    /// enough, because reads do not change the state.
    mutating func placeReads(_ group: GroupHistory, _ steps: inout [Int32]) {
        var index = 0
        while index < open.count {
            if group.known[open[index]].effect.fits(books) {
                let operation = open.remove(at: index)
                steps.append(Int32(operation))
                if group.known[operation].returnedNanos == untilNanos || open.isEmpty { call(group) }
            } else {
                index += 1
            }
        }
    }

    private mutating func place(_ change: GroupHistory.Change) -> Bool {
        guard change.fits(books) else { return false }
        for part in change.units { books[part.book].stock += part.units }
        if let price = change.price { books[change.units[0].book].price = price }
        return true
    }

    /// Opens the operations called until the first return. One invoked at the very time of a return overlaps.
    private mutating func call(_ group: GroupHistory) {
        untilNanos = .max
        for operation in open { untilNanos = min(untilNanos, group.known[operation].returnedNanos) }
        while called < group.known.count, group.known[called].invokedNanos <= untilNanos {
            open.append(called)
            untilNanos = min(untilNanos, group.known[called].returnedNanos)
            called += 1
        }
    }
}
