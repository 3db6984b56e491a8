package import Model

/// Why no order exists, for a reader who searches for the bug.
package struct Explanation: Equatable, Sendable, CustomStringConvertible {
    package enum Reason: Equatable, Sendable {
        /// All orders were tried, and none fits the outcomes.
        case noOrder
        /// Requests with the same key got both Success and Failed; `unplaced` holds one of each.
        case keyAnsweredTwice
        /// A key bought two books or two baskets; `unplaced` holds one purchase of each.
        case keyOfTwoBooks
        /// The book has a history but no initial state.
        case noInitialState
    }

    package let reason: Reason
    /// The longest order that fits.
    package let placed: [HistoryOperation]
    /// The book after `placed`.
    package let state: BookState?
    /// The books after `placed`, where they were searched together.
    package var states: [ItemNumber: BookState] = [:]
    /// The operations that were open then, in the order of their invocations. None of them can come next in
    /// a way that leaves room for the others.
    package let unplaced: [HistoryOperation]

    /// The end of `placed` and all of `unplaced`, one operation a line.
    package var description: String {
        let shown = placed.suffix(Self.placedShownCountMax)
        var lines = ["\(reason): \(placed.count) operations fit, the last of them:"]
        lines += shown.map { "  \($0)" }
        if let state { lines.append("then \(state), which does not fit:") }
        if !states.isEmpty {
            let books = states.sorted { $0.key < $1.key }.map { "book \($0.key) with \($0.value)" }
            lines.append("then \(books.joined(separator: ", ")), which do not fit:")
        }
        lines += unplaced.map { "  \($0)" }
        return lines.joined(separator: "\n")
    }

    // A screenful, since the explanation of a violation is near it.
    private static let placedShownCountMax = 12
}
