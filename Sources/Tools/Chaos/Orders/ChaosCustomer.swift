internal import Linearizability
internal import Model
internal import Monitoring
internal import NIOCore

/// A customer of a run, who orders several books at once and cancels some of it. The customer repeats what has an unknown
/// outcome with its key, and records what was seen.
actor ChaosCustomer {
    /// As many as a client puts aside.
    private static let openCountMax = 3
    private static let patience = Duration.seconds(6)
    private static let lookupTimeMax = TimeAmount.seconds(7)
    /// The time limit for settling one operation when the store is healed.
    private static let settleTimeMax = Duration.seconds(30)
    /// Orders of which a customer thinks of cancelling one, the latest.
    private static let rememberedCount = 50

    private let number: Int
    private let caller: StoreCaller
    private let orders: OrderCaller
    private let shelf: ChaosShelf
    private let board: OrderBoard
    private let tally: RunTally
    private var random: FastRandom
    private var lastNumber = 0
    /// The prices that were seen last.
    private var prices: [ItemNumber: Cents] = [:]
    private var placed: [PlacedOrder] = []
    /// The operations of known outcome.
    private(set) var settled: [Operation] = []
    /// The operations put aside with an unknown outcome.
    private(set) var open: [Operation] = []

    init(
        number: Int, caller: StoreCaller, orders: OrderCaller, shelf: ChaosShelf, board: OrderBoard,
        tally: RunTally, seed: UInt64
    ) {
        self.number = number
        self.caller = caller
        self.orders = orders
        self.shelf = shelf
        self.board = board
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
                if await resume(open.removeFirst(), total: nil, patience: Self.patience, pace: pace) {
                    tally.count { $0.settledLater += 1 }
                }
                continue
            }
            switch roll(100) {
            case ..<55: await order(pace)
            case ..<63: await cancel(pace)
            case ..<75: await replay()
            default: await lookup(shelf.drawGroup(&random).randomElement(using: &random))
            }
        }
    }

    /// Repeats each operation put aside until its outcome is known.
    func settleAll() async {
        for operation in open {
            open.removeFirst()
            if await resume(operation, total: nil, patience: Self.settleTimeMax, pace: nil) {
                tally.count { $0.settledLater += 1 }
            } else {
                tally.add(Finding(.unsettled, "\(operation.text) got no answer within \(Self.settleTimeMax)"))
            }
        }
    }

    // MARK: Requests

    private func order(_ pace: RunPace) async {
        var items = shelf.drawGroup(&random)
        if roll(3) == 0 { items.remove(at: roll(items.count)) }
        let lines = items.map { OrderLine(item: $0, copies: Int64([1, 1, 1, 2, 3][roll(5)])) }
        let known = lines.compactMap { line in prices[line.item].map { $0.amount * line.copies } }
        let total =
            known.count == lines.count && roll(3) == 0 ? Cents(known.reduce(0, +)) : nil
        let patience = roll(8) == 0 ? Duration.zero : Self.patience
        lastNumber += 1
        let operation = Operation(
            client: number, number: lastNumber, ordering: lines,
            invokedNanos: NIODeadline.now().uptimeNanoseconds)
        await resume(operation, total: total, patience: patience, pace: pace)
    }

    private func cancel(_ pace: RunPace) async {
        guard !placed.isEmpty else { return }
        let order = placed.remove(at: roll(placed.count))
        lastNumber += 1
        let operation = Operation(
            client: number, number: lastNumber, puttingBack: order.ordered, of: order.key, key: order.key,
            invokedNanos: NIODeadline.now().uptimeNanoseconds)
        await resume(operation, total: nil, patience: Self.patience, pace: pace)
    }

    /// Sends an operation until its outcome is known. Puts it aside when the patience ends.
    @discardableResult
    private func resume(
        _ operation: Operation, total: Cents?, patience: Duration, pace: RunPace?
    ) async -> Bool {
        let deadline = ContinuousClock.now + patience
        var operation = operation
        repeat {
            switch await send(operation, total: total) {
            case .outcome(let outcome, let order):
                operation.end(outcome, atNanos: NIODeadline.now().uptimeNanoseconds)
                await record(operation, order, pace: pace)
                return true
            case .refused:
                // Nothing was changed, and it belongs in no history.
                tally.count { $0.stepsRefused += 1 }
                return true
            case .unknown: tally.count { $0.unknownReplies += 1 }
            case .keyReused:
                tally.add(Finding(.wrongAnswer, "\(operation.text) was answered 422: its key is another's"))
            case .wrong(let text): tally.add(Finding(.wrongAnswer, "\(operation.text): \(text)"))
            }
            try? await Task.sleep(for: .milliseconds(5 + roll(40)))
        } while ContinuousClock.now < deadline && pace?.isOver != true
        open.append(operation)
        return false
    }

    private func send(_ operation: Operation, total: Cents?) async -> OrderCaller.Reply {
        switch operation.seen.kind {
        case .order(let key, let lines):
            do {
                return await orders.order(try NewOrder(key: key, lines: lines, expectedTotal: total))
            } catch {
                return .wrong("\(error)")
            }
        default: return await orders.cancel(operation.key)
        }
    }

    private func record(_ operation: Operation, _ order: PlacedOrder?, pace: RunPace?) async {
        settled.append(operation)
        switch (operation.seen.kind, operation.outcome) {
        case (.order(let key, let lines), .sold):
            tally.count { $0.orders += 1 }
            guard let order = order?.under(key), order.ordered == lines else {
                return tally.add(
                    Finding(.wrongAnswer, "\(operation.text) was answered \(order?.ordered ?? [])"))
            }
            if placed.count == Self.rememberedCount { placed.removeFirst() }
            placed.append(order)
            board.add(order)
        case (.order, .otherTotal(let cents)):
            tally.count { $0.otherTotals += 1 }
            // Who wants it all the same asks again under the same key.
            guard pace != nil, roll(3) > 0, let total = Cents(cents) else { return }
            await resume(
                operation.begunAgain(atNanos: NIODeadline.now().uptimeNanoseconds), total: total,
                patience: Self.patience, pace: pace)
        case (.order, _): tally.count { $0.ordersShort += 1 }
        default:
            tally.count { $0.cancelled += 1 }
            if let order, order.state != .cancelled || order.lines.contains(where: { $0.putBack < $0.copies })
            {
                tally.add(Finding(.wrongAnswer, "\(operation.text) was answered \(order)"))
            }
        }
    }

    /// Repeats an order whose outcome is known, with its own lines or with others.
    private func replay() async {
        guard let operation = settled.randomElement(using: &random),
            case .order(let key, let lines) = operation.seen.kind, !operation.isOtherTotal
        else { return }
        let isSame = roll(4) != 0
        let asked = isSame ? lines : lines.map { OrderLine(item: $0.item, copies: $0.copies + 1) }
        guard let order = try? NewOrder(key: key, lines: asked) else { return }
        tally.count { $0.replays += 1 }
        switch await orders.order(order) {
        case .unknown: tally.count { $0.unknownReplies += 1 }
        case .outcome(let outcome, _) where isSame && outcome == operation.outcome: break
        case .keyReused where !isSame: break
        // Of what was refused, it is told again that copies are short.
        case .outcome(.failed, _) where operation.outcome == .failed: break
        case let reply:
            let text = "\(operation.text), first answered \(operation.outcome), repeated with \(asked)"
            tally.add(Finding(.duplicated, "\(text), was answered \(reply)"))
        }
    }

    private func lookup(_ item: ItemNumber?) async {
        guard let item else { return }
        lastNumber += 1
        var operation = Operation(
            client: number, number: lastNumber, item: item, kind: .lookup,
            invokedNanos: NIODeadline.now().uptimeNanoseconds)
        switch await caller.lookup(item, within: Self.lookupTimeMax) {
        case .outcome(let outcome):
            operation.end(outcome, atNanos: NIODeadline.now().uptimeNanoseconds)
            settled.append(operation)
            tally.count { $0.lookups += 1 }
            if case .found(let state) = outcome { prices[item] = state.price }
        case .unknown: tally.count { $0.unknownReplies += 1 }
        case .keyReused: tally.add(Finding(.wrongAnswer, "a lookup was answered 422"))
        case .wrong(let text): tally.add(Finding(.wrongAnswer, text))
        }
    }

    private func roll(_ count: Int) -> Int { Int.random(in: 0..<count, using: &random) }
}
