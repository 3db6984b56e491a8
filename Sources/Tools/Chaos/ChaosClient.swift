internal import Linearizability
internal import Model
internal import Monitoring
internal import NIOCore
internal import Processes

/// One client of a run. It sends requests one after the other, repeats those of unknown outcome with their
/// key, and records what it saw.
actor ChaosClient {
    /// The most operations of unknown outcome that are put aside before the client resumes the first of them.
    private static let openCountMax = 3
    /// How long a client repeats one request before it puts it aside.
    private static let patience = Duration.seconds(6)
    /// The time limit for any response.
    private static let answerTimeMax = TimeAmount.seconds(7)
    /// The time limit for settling one operation when the store is healed.
    private static let settleTimeMax = Duration.seconds(30)

    private let number: Int
    private let caller: StoreCaller
    private let shelf: ChaosShelf
    private let tally: RunTally
    private var random: FastRandom
    private var lastNumber = 0
    /// The operations of known outcome.
    private(set) var settled: [Operation] = []
    /// The operations put aside with an unknown outcome.
    private(set) var open: [Operation] = []

    init(number: Int, caller: StoreCaller, shelf: ChaosShelf, tally: RunTally, seed: UInt64) {
        self.number = number
        self.caller = caller
        self.shelf = shelf
        self.tally = tally
        random = FastRandom(seed: seed &+ UInt64(number) &* 0x9E37_79B9)
    }

    /// Sends requests until the round is over.
    func work(_ pace: RunPace) async {
        while !pace.isOver {
            if pace.isBuyingAhead {
                try? await Task.sleep(for: .milliseconds(3))
                continue
            }
            if open.count >= Self.openCountMax || (!open.isEmpty && roll(100) < 20) {
                let operation = open.removeFirst()
                if await resume(operation, patience: Self.patience, pace: pace) {
                    tally.count { $0.settledLater += 1 }
                }
                continue
            }
            switch roll(1_000) {
            case ..<790: await buy(pace)
            case ..<920: await lookup()
            case ..<965: await update(pace)
            case ..<975: await search()
            case ..<990: await replay()
            default: await buyAtOnce(pace)
            }
        }
    }

    /// Repeats each operation put aside until its outcome is known.
    func settleAll() async {
        for operation in open {
            open.removeFirst()
            if await resume(operation, patience: Self.settleTimeMax, pace: nil) {
                tally.count { $0.settledLater += 1 }
            } else {
                tally.add(Finding(.unsettled, "\(operation.text) got no answer within \(Self.settleTimeMax)"))
            }
        }
    }

    /// Sends purchases, updates and lookups until `stop` is set, each once and with all the time that it may take.
    ///
    /// - Parameter answered: is told of each purchase and lookup whether it had an outcome, and how long it took.
    func work(until stop: StopFlag, answered: @Sendable (Operation, Bool, Duration) -> Void) async {
        while !stop.isSet {
            let kinds = [HistoryOperation.Kind.lookup, .buy(key: nil), .update(units: 3, price: nil)]
            let kind = kinds[roll(7) / 3]
            var operation = begin(kind, of: shelf.draw(&random))
            let start = ContinuousClock.now
            let reply = await send(operation, within: Self.answerTimeMax)
            // An update may be sent on only where the server at hand is known to keep its key.
            if kind == .lookup || operation.isPurchase {
                answered(operation, reply != .unknown, .now - start)
            }
            switch reply {
            case .outcome(let outcome):
                operation.end(outcome, atNanos: NIODeadline.now().uptimeNanoseconds)
                record(operation, pace: nil)
            case .unknown: if operation.seen.kind != .lookup { open.append(operation) }
            case .keyReused, .wrong:
                tally.add(Finding(.wrongAnswer, "\(operation.text) was answered \(reply)"))
            }
            try? await Task.sleep(for: .milliseconds(2 + roll(8)))
        }
    }

    // MARK: Requests

    private func buy(_ pace: RunPace) async {
        // Some clients abandon a purchase immediately and repeat it much later.
        let patience = roll(8) == 0 ? Duration.zero : Self.patience
        await resume(begin(.buy(key: nil), of: shelf.draw(&random)), patience: patience, pace: pace)
    }

    private func update(_ pace: RunPace) async {
        let kind: HistoryOperation.Kind
        switch roll(100) {
        case ..<80: kind = .update(units: Int64(2 + roll(30)), price: nil)
        case ..<88: kind = .update(units: -Int64(2 + roll(12)), price: nil)
        case ..<96: kind = .update(units: nil, price: price())
        default:
            let price = price()
            kind = .update(units: Int64(2 + roll(8)), price: price)
        }
        await resume(begin(kind, of: shelf.draw(&random)), patience: Self.patience, pace: pace)
    }

    private func price() -> Cents? { Cents(Int64(100 + roll(10_000))) }

    /// Sends an operation until its outcome is known. Puts it aside when the patience ends.
    @discardableResult
    private func resume(_ operation: Operation, patience: Duration, pace: RunPace?) async -> Bool {
        let deadline = ContinuousClock.now + patience
        var operation = operation
        repeat {
            switch await send(operation, within: attemptLimit()) {
            case .outcome(let outcome):
                operation.end(outcome, atNanos: NIODeadline.now().uptimeNanoseconds)
                record(operation, pace: pace)
                return true
            case .unknown: tally.count { $0.unknownReplies += 1 }
            case .keyReused:
                tally.add(Finding(.wrongAnswer, "\(operation.text) was answered 422: its key is another's"))
            case .wrong(let text):
                tally.add(Finding(.wrongAnswer, "\(text); \(operation.text)"))
            }
            try? await Task.sleep(for: .milliseconds(5 + roll(40)))
            // Open operations at the end of a round are settled after the books are checked without them.
        } while ContinuousClock.now < deadline && pace?.isOver != true
        open.append(operation)
        return false
    }

    private func send(_ operation: Operation, within limit: TimeAmount) async -> Reply {
        switch operation.seen.kind {
        case .buy:
            return await caller.buy(operation.item, key: operation.key, byGet: roll(10) == 0, within: limit)
        case .update(let units, let price):
            return await caller.update(
                operation.item, price: price, units: units, key: operation.key, within: limit)
        case .lookup: return await caller.lookup(operation.item, within: limit)
        case .order, .putBack: preconditionFailure("a client buys single copies")
        }
    }

    /// Draws the time limit of one sending. Most are short, so that a request is repeated while an earlier
    /// copy is still in flight. Some are long enough for any response.
    private func attemptLimit() -> TimeAmount {
        switch roll(10) {
        case ..<7: .milliseconds(Int64(60 + roll(600)))
        case ..<9: .milliseconds(Int64(1_000 + roll(1_500)))
        default: Self.answerTimeMax
        }
    }

    private func record(_ operation: Operation, pace: RunPace?) {
        settled.append(operation)
        switch operation.seen.kind {
        case .buy:
            let isSold = operation.outcome == .success
            tally.count { if isSold { $0.sold += 1 } else { $0.soldOut += 1 } }
            pace?.purchased()
        case .update: tally.count { $0.updates += 1 }
        case .lookup: tally.count { $0.lookups += 1 }
        case .order, .putBack: break
        }
    }

    private func lookup() async {
        // A lookup without a response shows and changes nothing, so it is not repeated or recorded.
        var operation = begin(.lookup, of: shelf.draw(&random))
        switch await send(operation, within: attemptLimit()) {
        case .outcome(let outcome):
            operation.end(outcome, atNanos: NIODeadline.now().uptimeNanoseconds)
            record(operation, pace: nil)
        case .unknown: tally.count { $0.unknownReplies += 1 }
        case .keyReused: tally.add(Finding(.wrongAnswer, "a lookup was answered 422"))
        case .wrong(let text): tally.add(Finding(.wrongAnswer, text))
        }
    }

    private func search() async {
        let topic = shelf.topics[roll(shelf.topics.count)]
        guard let found = await caller.search(topic: topic, within: .seconds(7)) else { return }
        let expected = shelf.items(of: topic)
        if found != expected {
            tally.add(Finding(.wrongAnswer, "search '\(topic)': expected books \(expected), found \(found)"))
        }
        tally.count { $0.searches += 1 }
    }

    /// Repeats a purchase whose outcome is known, with its own book or with another.
    private func replay() async {
        guard !settled.isEmpty else { return }
        let operation = settled[settled.count - 1 - roll(min(settled.count, 2_000))]
        guard operation.isPurchase else { return }
        let isSameItem = roll(4) != 0
        let item = isSameItem ? operation.item : shelf.other(than: operation.item)
        let reply = await caller.buy(item, key: operation.key, within: .seconds(7))
        let expected: Reply = isSameItem ? .outcome(operation.outcome) : .keyReused
        guard reply != .unknown else { return tally.count { $0.unknownReplies += 1 } }
        if reply != expected {
            let text = "key \(operation.key) of book \(operation.item), first answered \(operation.outcome)"
            tally.add(
                Finding(
                    .duplicated, "\(text); repeated for book \(item): expected \(expected), found \(reply)"))
        }
        tally.count { $0.replays += 1 }
    }

    /// Sends one purchase several times at the same moment.
    private func buyAtOnce(_ pace: RunPace) async {
        let first = begin(.buy(key: nil), of: shelf.draw(&random))
        let copies = await SimultaneousCopies(
            operation: first, callers: (0..<(2 + roll(3))).map { _ in caller }
        ).send()
        tally.count { $0.simultaneous += 1 }
        tally.add(copies.findings)
        guard copies.operation.outcome == .unknown else { return record(copies.operation, pace: pace) }
        open.append(copies.operation)
    }

    private func begin(_ kind: HistoryOperation.Kind, of item: ItemNumber) -> Operation {
        lastNumber += 1
        return Operation(
            client: number, number: lastNumber, item: item, kind: kind,
            invokedNanos: NIODeadline.now().uptimeNanoseconds)
    }

    private func roll(_ count: Int) -> Int { Int.random(in: 0..<count, using: &random) }
}
