internal import Linearizability
internal import Model
internal import Monitoring
internal import NIOCore

/// The storekeeper at the desk of a run, who gets orders ready, hands them over, cancels some, and takes copies back. It does
/// one step after the other, and repeats each with its key until it is answered.
actor ChaosDesk {
    /// The client number of the desk's steps in the history.
    static let client = 100_002
    /// The time limit for the last step when the store is healed.
    private static let settleTimeMax = Duration.seconds(30)
    /// Orders that the desk has in hand, at most.
    private static let inHandCountMax = 100

    /// A step on its way.
    private struct Deed {
        let step: OrderStep
        let key: IdempotencyKey
        let order: PlacedOrder
        /// Of copies that are put back.
        var operation: Operation?
    }

    private let orders: OrderCaller
    private let board: OrderBoard
    private let tally: RunTally
    private var random: FastRandom
    private var lastNumber = 0
    /// The orders that may go on, as they were seen last.
    private var inHand: [PlacedOrder] = []
    private var open: Deed?
    /// What was put back.
    private(set) var settled: [Operation] = []

    /// What is on its way, where copies are put back.
    var openOperations: [Operation] { [open?.operation].compactMap { $0 } }

    init(orders: OrderCaller, board: OrderBoard, tally: RunTally, seed: UInt64) {
        self.orders = orders
        self.board = board
        self.tally = tally
        random = FastRandom(seed: seed &* 31)
    }

    /// Works until the round is over.
    func work(_ pace: RunPace) async {
        while !pace.isOver {
            inHand += board.take().prefix(max(0, Self.inHandCountMax - inHand.count))
            if let deed = open ?? next() { await send(deed) }
            try? await Task.sleep(for: .milliseconds(2 + roll(10)))
        }
    }

    /// Repeats the step that is not answered yet until it is.
    func settle() async {
        let deadline = ContinuousClock.now + Self.settleTimeMax
        while let deed = open {
            await send(deed)
            guard ContinuousClock.now < deadline else {
                let text = "order \(deed.order.number) \(deed.step.state.words)"
                return tally.add(Finding(.unsettled, "\(text) got no answer within \(Self.settleTimeMax)"))
            }
            try? await Task.sleep(for: .milliseconds(20))
        }
    }

    private func next() -> Deed? {
        guard !inHand.isEmpty else { return nil }
        let order = inHand.remove(at: roll(inHand.count))
        lastNumber += 1
        let key = IdempotencyKey(trusted: "chaos-desk-\(lastNumber)")
        let cancels = roll(5) == 0
        let allowed = OrderState.allCases.filter { order.state.allows($0) && (cancels || $0 != .cancelled) }
        // Now and then a step that cannot be: what is back cannot come back again.
        let state = allowed.isEmpty || roll(20) == 0 ? .returned : allowed[roll(allowed.count)]
        let lines = state == .returned && roll(2) == 0 ? part(of: order) : nil
        let back = state.putsBack ? lines ?? order.rest : []
        let operation =
            back.isEmpty
            ? nil
            : Operation(
                client: Self.client, number: lastNumber, puttingBack: back, of: order.key,
                key: state == .cancelled ? order.key : key,
                invokedNanos: NIODeadline.now().uptimeNanoseconds)
        return Deed(
            step: OrderStep(order: order.number, state: state, lines: lines), key: key, order: order,
            operation: operation)
    }

    private func part(of order: PlacedOrder) -> [OrderLine]? {
        guard let line = order.rest.randomElement(using: &random) else { return nil }
        return [OrderLine(item: line.item, copies: Int64(1 + roll(Int(line.copies))))]
    }

    /// Sends a step once.
    private func send(_ deed: Deed) async {
        open = deed
        switch await orders.step(deed.step, key: deed.key) {
        case .unknown: return tally.count { $0.unknownReplies += 1 }
        case .outcome(_, let now?): made(deed, now)
        case .refused: refused(deed)
        case let reply:
            tally.add(Finding(.wrongAnswer, "\(deed.step) under key \(deed.key) was answered \(reply)"))
        }
        open = nil
    }

    private func made(_ deed: Deed, _ now: PlacedOrder) {
        if !deed.order.state.allows(deed.step.state) {
            tally.add(
                Finding(.wrongAnswer, "\(deed.step) of an order that is \(deed.order.state.words) was made"))
        }
        let (state, isReturn) = (deed.step.state, deed.step.state == .returned)
        tally.count {
            $0.cancelled += state == .cancelled ? 1 : 0
            $0.returned += isReturn ? 1 : 0
            $0.handedOver += state == .handedOver ? 1 : 0
        }
        if var operation = deed.operation {
            operation.end(.success, atNanos: NIODeadline.now().uptimeNanoseconds)
            settled.append(operation)
        }
        // Nobody but the desk takes copies back.
        let back = Dictionary(
            deed.operation?.lines.map { ($0.item, $0.copies) } ?? [], uniquingKeysWith: { first, _ in first })
        let expected = deed.order.lines.map { $0.putBack + back[$0.item, default: 0] }
        if now.lines.map(\.putBack) != expected {
            let found = now.lines.map(\.putBack)
            tally.add(Finding(.unbalanced, "\(deed.step): expected \(expected) copies back, found \(found)"))
        }
        // Of what is finished, some is tried again.
        if now.state == .handedOver || now.state == .ready || roll(4) == 0 {
            inHand.append(now.under(deed.order.key))
        }
    }

    /// A step of an order that its customer has cancelled meanwhile, or one that cannot be.
    private func refused(_ deed: Deed) {
        tally.count { $0.stepsRefused += 1 }
        guard deed.order.state != .placed, deed.order.state.allows(deed.step.state) else { return }
        tally.add(
            Finding(.wrongAnswer, "\(deed.step) of an order that is \(deed.order.state.words) was refused"))
    }

    private func roll(_ count: Int) -> Int { Int.random(in: 0..<count, using: &random) }
}

extension PlacedOrder {
    /// What was ordered.
    var ordered: [OrderLine] { lines.map { OrderLine(item: $0.item, copies: $0.copies) } }

    /// What is not put back.
    var rest: [OrderLine] {
        lines.filter { $0.putBack < $0.copies }.map {
            OrderLine(item: $0.item, copies: $0.copies - $0.putBack)
        }
    }

    /// It with its key, which answers to customers do not repeat.
    func under(_ key: IdempotencyKey) -> PlacedOrder {
        PlacedOrder(number: number, key: key, state: state, lines: lines, steps: steps, contact: contact)
    }
}
