internal import Linearizability
internal import Model
internal import NIOCore
internal import Processes

/// Sends every purchase many times at the same moment through both frontends, without any other fault.
struct DuplicatesPhase {
    /// The client number of the phase's purchases in the history.
    static let client = 100_000
    /// How many copies of one purchase are sent at the same moment, each over a separate connection.
    static let copyCount = 32
    /// How many purchases have copies in flight at the same time.
    private static let keysAtOnce = 8
    /// How often all copies of a purchase are sent without a response before that is a finding.
    private static let attemptCountMax = 5

    let callers: [StoreCaller]
    let tally: RunTally

    /// Buys a book that has `keyCount` copies under as many keys, and one that has fewer copies than
    /// `lastKeyCount` under that many keys.
    ///
    /// - Returns: the purchases; the audit compares them with the ledger.
    func run(keyCount: Int, lastKeyCount: Int, stop: StopFlag) async -> [Operation] {
        let many =
            ItemNumber(ChaosShelf.duplicatesItem).map { [ItemNumber](repeating: $0, count: keyCount) } ?? []
        let few =
            ItemNumber(ChaosShelf.lastCopiesItem).map { [ItemNumber](repeating: $0, count: lastKeyCount) }
            ?? []
        let items = many + few
        var operations: [Operation] = []
        await withTaskGroup(of: Operation.self) { group in
            for (index, item) in items.enumerated() where !stop.isSet {
                if index >= Self.keysAtOnce, let operation = await group.next() {
                    operations.append(operation)
                }
                group.addTask { await buy(item, number: index + 1) }
            }
            for await operation in group { operations.append(operation) }
        }
        return operations
    }

    private func buy(_ item: ItemNumber, number: Int) async -> Operation {
        let operation = Operation(
            client: Self.client, number: number, item: item, kind: .buy(key: nil),
            invokedNanos: NIODeadline.now().uptimeNanoseconds)
        var copies = SimultaneousCopies(operation: operation, callers: callers)
        for _ in 0..<Self.attemptCountMax where copies.operation.outcome == .unknown {
            copies = await copies.send()
        }
        tally.add(copies.findings)
        if copies.operation.outcome == .unknown {
            tally.add(
                Finding(.unsettled, "\(operation.text), sent \(callers.count) times at once: no answer"))
        }
        let isSold = copies.operation.outcome == .success
        tally.count { counts in
            counts.simultaneous += 1
            if isSold { counts.sold += 1 } else { counts.soldOut += 1 }
        }
        return copies.operation
    }
}
