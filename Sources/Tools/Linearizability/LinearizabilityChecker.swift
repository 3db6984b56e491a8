package import Model

/// Decides whether a history is linearizable (Herlihy & Wing 1990). It is if every operation can be given one
/// moment between its invocation and its response, so that the responses are those of a single book on which
/// the operations happen one after the other at those moments.
///
/// The search is Wing & Gong's (1993): it places an operation that no unplaced one must precede, continues,
/// and backtracks when stuck. Lowe's (2017) cache of configurations saves searching one of them twice.
/// Instead of Lowe's doubly linked list of calls and returns, `SearchState` keeps the open operations.
/// Porcupine also checks object by object.
///
/// `BookSearch` describes how the search uses that a book is nearly a counter.
package enum LinearizabilityChecker {
    /// The default limit. A step follows one option or considers one combination of unknown changes. It takes
    /// some microseconds and some tens of bytes. A correct history of 10,000 operations takes a hundredth of
    /// the limit. To refute an incorrect one with many updates of unknown outcome may take all of it.
    package static let stepCountMaxDefault = 5_000_000

    /// Checks each book of a history separately, in item order, until one has a violation.
    ///
    /// - Parameters:
    ///   - initial: the state of every book before the first operation.
    ///   - stepCountMax: the steps after which the search of one book gives up as undecided.
    /// - Returns: always the same verdict for the same arguments.
    package static func check(
        _ history: History, initial: [ItemNumber: BookState], stepCountMax: Int = stepCountMaxDefault
    ) -> Verdict {
        if let verdict = keyOfTwoBooks(in: history) { return verdict }
        var undecided: Verdict?
        for (item, operations) in history.partition() {
            let verdict = check(item, operations, initial: initial[item], stepCountMax: stepCountMax)
            switch verdict {
            case .linearizable: continue
            case .violation: return verdict
            case .undecided: undecided = undecided ?? verdict
            }
        }
        return undecided ?? .linearizable
    }

    private static func check(
        _ item: ItemNumber, _ operations: [HistoryOperation], initial: BookState?, stepCountMax: Int
    ) -> Verdict {
        guard let initial else {
            return .violation(
                item: item, Explanation(reason: .noInitialState, placed: [], state: nil, unplaced: operations)
            )
        }
        let book = BookHistory(operations)
        if let (success, failed) = book.contradiction {
            return .violation(
                item: item,
                Explanation(
                    reason: .keyAnsweredTwice, placed: [], state: nil,
                    unplaced: [operations[success], operations[failed]]))
        }
        var search = BookSearch(book, initial: initial, stepCountMax: stepCountMax)
        switch search.run() {
        case .linearizable: return .linearizable
        case .undecided: return .undecided(item: item, stepCount: search.stepCount)
        case .violation:
            let (placed, state, unplaced) = search.furthest
            return .violation(
                item: item,
                Explanation(
                    reason: .noOrder, placed: placed.map { operations[$0] }, state: state,
                    unplaced: unplaced.map { operations[$0] }))
        }
    }

    /// Checks the only promise about more than one book: a key names one purchase of one book.
    private static func keyOfTwoBooks(in history: History) -> Verdict? {
        var first: [IdempotencyKey: HistoryOperation] = [:]
        for operation in history.operations where operation.outcome != .unknown {
            guard case .buy(let key?) = operation.kind else { continue }
            guard let other = first[key] else {
                first[key] = operation
                continue
            }
            if other.item != operation.item {
                return .violation(
                    item: operation.item,
                    Explanation(reason: .keyOfTwoBooks, placed: [], state: nil, unplaced: [other, operation]))
            }
        }
        return nil
    }
}
