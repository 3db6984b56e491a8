package import Model

/// Decides whether a history is linearizable (Herlihy & Wing 1990). It is if every operation can be given one
/// moment between its invocation and its response, so that the responses are those of a single store on which
/// the operations happen one after the other at those moments.
///
/// The search is Wing & Gong's (1993): it places an operation that no unplaced one must precede, continues,
/// and backtracks when stuck. Lowe's (2017) cache of configurations saves searching one of them twice.
/// Instead of Lowe's doubly linked list of calls and returns, `SearchState` keeps the open operations.
/// Porcupine also checks object by object.
///
/// An object is a book, or the books that orders connect: see ``History/partition()``. Of these, each is checked by itself
/// first, which is necessary and quick: `BookSearch` describes how that uses that a book is nearly a counter. `GroupSearch`
/// then looks for one order of all of them, in which an order is whole.
package enum LinearizabilityChecker {
    /// The default limit. A step follows one option or considers one combination of unknown changes. It takes
    /// some microseconds and some tens of bytes. A correct history of 10,000 operations takes a hundredth of
    /// the limit. To refute an incorrect one with many updates of unknown outcome may take all of it.
    package static let stepCountMaxDefault = 5_000_000
    /// Of the limit, what the search of several books together gets: a step of it takes some hundred bytes.
    private static let groupShare = 10

    /// Checks each book, and each group of books that orders connect, separately, in item order, until one has a violation.
    ///
    /// - Parameters:
    ///   - initial: the state of every book before the first operation.
    ///   - stepCountMax: the steps after which the search of one book gives up as undecided, and that of several after a
    ///     tenth of them.
    /// - Returns: always the same verdict for the same arguments.
    package static func check(
        _ history: History, initial: [ItemNumber: BookState], stepCountMax: Int = stepCountMaxDefault
    ) -> Verdict {
        if let verdict = keyOfTwoBooks(in: history) { return verdict }
        var undecided: Verdict?
        for group in history.partition() {
            let verdict = check(group, initial: initial, stepCountMax: stepCountMax)
            switch (verdict, undecided) {
            case (.violation, _): return verdict
            case (.undecided, nil), (.undecided, .undecidedTogether), (.undecidedTogether, nil):
                undecided = verdict
            default: continue
            }
        }
        return undecided ?? .linearizable
    }

    private static func check(
        _ group: History.Group, initial: [ItemNumber: BookState], stepCountMax: Int
    ) -> Verdict {
        var undecided: Verdict?
        for item in group.items {
            let operations = group.operations.filter { $0.items.contains(item) }
            let verdict = check(item, operations, initial: initial[item], stepCountMax: stepCountMax)
            switch verdict {
            case .linearizable: continue
            case .violation: return verdict
            case .undecided, .undecidedTogether: undecided = undecided ?? verdict
            }
        }
        if let undecided { return undecided }
        guard group.hasOrders else { return .linearizable }
        var search = GroupSearch(
            GroupHistory(group), initial: group.items.compactMap { initial[$0] },
            stepCountMax: stepCountMax / groupShare)
        switch search.run() {
        case .linearizable: return .linearizable
        case .undecided: return .undecidedTogether(items: group.items, stepCount: search.stepCount)
        case .violation:
            let (placed, books, unplaced) = search.furthest
            return .violation(
                item: group.items[0],
                Explanation(
                    reason: .noOrder, placed: placed.map { group.operations[$0] }, state: nil, states: books,
                    unplaced: unplaced.map { group.operations[$0] }))
        }
    }

    private static func check(
        _ item: ItemNumber, _ operations: [HistoryOperation], initial: BookState?, stepCountMax: Int
    ) -> Verdict {
        guard let initial else {
            return .violation(
                item: item, Explanation(reason: .noInitialState, placed: [], state: nil, unplaced: operations)
            )
        }
        let book = BookHistory(operations, of: item)
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

    /// Checks that a key names one purchase of one book, or one order. Who asks for something else under a key that was
    /// refused may be told the same.
    private static func keyOfTwoBooks(in history: History) -> Verdict? {
        var first: [IdempotencyKey: HistoryOperation] = [:]
        for operation in history.operations {
            let key: IdempotencyKey
            switch (operation.kind, operation.outcome) {
            case (.buy(let given?), .success), (.buy(let given?), .failed), (.order(let given, _), .sold):
                key = given
            default: continue
            }
            guard let other = first[key] else {
                first[key] = operation
                continue
            }
            if other.item != operation.item || other.kind != operation.kind {
                return .violation(
                    item: operation.item,
                    Explanation(reason: .keyOfTwoBooks, placed: [], state: nil, unplaced: [other, operation]))
            }
        }
        return nil
    }
}
