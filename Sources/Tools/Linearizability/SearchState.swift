import Model

/// A configuration of the search: the placed operations, and the book after them.
///
/// Wing & Gong's search walks a list of all calls and returns. This one keeps only the few operations that
/// may come next. Every operation is placed, or open, or was called after the first return of an open one
/// and cannot be placed yet. So `open` and `called` give the exact set of placed operations in little space,
/// where Lowe keeps a bit for every operation.
struct SearchState {
    /// The known operations that are called and not placed, in the order of their invocations.
    private(set) var open: [Int] = []
    /// How many known operations are called: placed or open.
    private(set) var called = 0
    /// The book after the placed operations.
    private(set) var state: BookState
    /// How many unknown members of each class are placed: always those invoked first.
    private(set) var used: [Int32]
    /// The first return of an open operation, in nanoseconds. An operation invoked later cannot come next.
    private(set) var untilNanos = UInt64.max

    init(_ book: BookHistory, initial: BookState) {
        state = initial
        used = Array(repeating: 0, count: book.classes.count)
        call(book)
    }

    /// How many known operations are placed.
    var placedCount: Int { called - open.count }

    /// Whether every known operation is placed.
    var isComplete: Bool { open.isEmpty }

    /// Places a known change.
    ///
    /// - Returns: false when the stock would go below 0; then nothing is placed.
    mutating func place(change operation: Int, _ book: BookHistory, _ steps: inout [Int32]) -> Bool {
        guard place(book.classes[book.known[operation].changeClass]) else { return false }
        open.removeAll { $0 == operation }
        steps.append(Int32(operation))
        call(book)
        placeReads(book, &steps)
        return true
    }

    /// Places the next unknown member of a class.
    ///
    /// - Returns: false when the stock would go below 0; then nothing is placed.
    mutating func place(unknownOf changeClass: Int, _ book: BookHistory, _ steps: inout [Int32]) -> Bool {
        guard place(book.classes[changeClass]) else { return false }
        used[changeClass] += 1
        steps.append(~Int32(changeClass))
        placeReads(book, &steps)
        return true
    }

    /// Places every open read that fits the state, including those that become open meanwhile. One pass is
    /// enough, because reads do not change the state.
    mutating func placeReads(_ book: BookHistory, _ steps: inout [Int32]) {
        var index = 0
        while index < open.count {
            if book.known[open[index]].effect.fits(state) {
                let operation = open.remove(at: index)
                steps.append(Int32(operation))
                if book.known[operation].returnedNanos == untilNanos || open.isEmpty { call(book) }
            } else {
                index += 1
            }
        }
    }

    private mutating func place(_ change: BookHistory.ChangeClass) -> Bool {
        guard state.stock + change.units >= 0 else { return false }
        state.stock += change.units
        if let price = change.price { state.price = price }
        return true
    }

    /// Opens the operations called until the first return. One invoked at the very time of a return overlaps.
    private mutating func call(_ book: BookHistory) {
        untilNanos = .max
        for operation in open { untilNanos = min(untilNanos, book.known[operation].returnedNanos) }
        while called < book.known.count, book.known[called].invokedNanos <= untilNanos {
            open.append(called)
            untilNanos = min(untilNanos, book.known[called].returnedNanos)
            called += 1
        }
    }
}
