internal import Dispatch
internal import Linearizability
internal import Model

/// Checks that what the clients saw is linearizable, book by book, and of books that orders connect together.
package struct HistoryCheck: Sendable {
    /// The result of the check.
    package struct Outcome: Sendable {
        /// The number of operations checked.
        package var operationCount = 0
        /// The number of books checked.
        package var bookCount = 0
        /// The groups of books that orders connect whose common order was found, or refuted.
        package var groupCount = 0
        /// Those of which only each book by itself has an order: the search of all together stopped at its limit.
        package var undecidedGroupCount = 0
        /// The duration, in seconds.
        package var seconds = 0.0
        /// The books whose history no order explains, or whose search stopped at its limit.
        package var findings: [Finding] = []
    }

    private let opening: [ItemNumber: BookState]
    private let operations: [Operation]

    init(opening books: [Book], operations: [Operation]) {
        let states = books.map { ($0.item, BookState(stock: $0.stock, price: $0.price)) }
        opening = Dictionary(uniqueKeysWithValues: states)
        self.operations = operations
    }

    /// Checks every book on a separate thread, because the search may take seconds.
    func run() async -> Outcome {
        await withCheckedContinuation { continuation in
            DispatchQueue(label: "history-check").async { continuation.resume(returning: check()) }
        }
    }

    private func check() -> Outcome {
        let start = ContinuousClock.now
        var outcome = Outcome()
        for group in History(operations.map(\.seen)).partition() {
            outcome.bookCount += group.items.count
            outcome.operationCount += group.operations.count
            outcome.groupCount += group.items.count > 1 ? 1 : 0
            switch LinearizabilityChecker.check(History(group.operations), initial: opening) {
            case .linearizable: continue
            case .undecidedTogether:
                outcome.groupCount -= 1
                outcome.undecidedGroupCount += 1
            case .violation(let item, let explanation):
                outcome.findings.append(Finding(.notLinearizable, "book \(item): \(explanation)"))
            case .undecided(let item, let stepCount):
                let text = "book \(item): undecided after \(stepCount) steps, expected an order"
                outcome.findings.append(Finding(.notLinearizable, text))
            }
        }
        outcome.seconds = (ContinuousClock.now - start) / .seconds(1)
        return outcome
    }
}
