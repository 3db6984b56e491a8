import Audit
import Linearizability
import Model

/// The specification: one book on which operations happen one at a time.
struct AtomicBook: Hashable {
    var state: BookState
    var purchases: [IdempotencyKey: Bool] = [:]

    init(_ state: BookState) { self.state = state }

    mutating func apply(_ kind: HistoryOperation.Kind) -> HistoryOperation.Outcome {
        switch kind {
        case .lookup: return .found(state)
        case .buy(let key):
            if let key, let sold = purchases[key] { return sold ? .success : .failed }
            let sold = state.stock > 0
            if sold { state.stock -= 1 }
            if let key { purchases[key] = sold }
            return sold ? .success : .failed
        case .update(let units, let price):
            guard state.stock + (units ?? 0) >= 0 else { return .failed }
            state.stock += units ?? 0
            if let price { state.price = price }
            return .success
        case .order, .putBack: preconditionFailure("an order is not of one book: see AtomicShop")
        }
    }
}

/// Tries every order of every subset that holds the answered operations: obviously right, and slow.
struct BruteForce {
    let operations: [HistoryOperation]
    private var dead: Set<SearchState> = []

    private struct SearchState: Hashable {
        let placed: Int
        let book: AtomicBook
    }

    init(_ operations: [HistoryOperation]) { self.operations = operations }

    mutating func isLinearizable(from initial: BookState) -> Bool { search(0, AtomicBook(initial)) }

    private mutating func search(_ placed: Int, _ book: AtomicBook) -> Bool {
        let open = operations.indices.filter { placed & (1 << $0) == 0 }
        let answered = open.filter { operations[$0].outcome != .unknown }
        if answered.isEmpty { return true }
        // Equal configurations have equal futures; only repetitions of them are skipped.
        if dead.contains(SearchState(placed: placed, book: book)) { return false }
        let until = answered.map { operations[$0].returnedNanos! }.min()!
        for index in open where operations[index].invokedNanos <= until {
            var next = book
            let outcome = next.apply(operations[index].kind)
            if operations[index].outcome != .unknown, operations[index].outcome != outcome { continue }
            if search(placed | 1 << index, next) { return true }
        }
        dead.insert(SearchState(placed: placed, book: book))
        return false
    }
}

/// Histories of clients of an atomic book. Each operation takes effect at a moment within its interval.
struct HistorySimulation {
    var clientCount = 3
    var operationCount = 7
    var initial = state(3)
    /// How often the answer is lost, and then how often the operation never happens.
    var unknownPercent = 20
    var neverPercent = 40
    var lookupPercent = 40
    var buyPercent = 35
    var repeatPercent = 25
    /// How many of the updates change only units, and only the price; the rest change both.
    var unitsOnlyPercent = 50
    var priceOnlyPercent = 25
    var units: ClosedRange<Int64> = -3...3
    var prices: ClosedRange<Int64> = 1...3
    var durationMax: UInt64 = 20

    private struct Pending {
        let client: Int
        let kind: HistoryOperation.Kind
        let invoked: UInt64
        let returned: UInt64
        let effect: UInt64?
        let isUnknown: Bool
    }

    func history(seed: UInt64) -> [HistoryOperation] {
        var random = SeededGenerator(seed: seed)
        var clocks = Array(repeating: UInt64(0), count: clientCount)
        var keys: [IdempotencyKey] = []
        var pending: [Pending] = []
        for number in 0..<operationCount {
            // The client that is furthest behind, so that all stay busy until the end.
            let client = clocks.indices.min { clocks[$0] < clocks[$1] }!
            let invoked = clocks[client] + random.below(durationMax / 4 + 1)
            let returned = invoked + 1 + random.below(durationMax)
            clocks[client] = returned + 1
            let kind = kind(&random, number, &keys)
            let isUnknown = random.chance(unknownPercent)
            var effect: UInt64? = invoked + random.below(returned - invoked + 1)
            if isUnknown {
                if random.chance(neverPercent) {
                    effect = nil
                } else {
                    effect! += random.below(durationMax * 3)
                }
            }
            pending.append(
                Pending(
                    client: client, kind: kind, invoked: invoked, returned: returned, effect: effect,
                    isUnknown: isUnknown))
        }
        return answers(pending)
    }

    private func kind(
        _ random: inout SeededGenerator, _ number: Int, _ keys: inout [IdempotencyKey]
    ) -> HistoryOperation.Kind {
        let dice = Int.random(in: 0..<100, using: &random)
        if dice < lookupPercent { return .lookup }
        if dice < lookupPercent + buyPercent {
            if random.chance(repeatPercent), let key = keys.suffix(4).randomElement(using: &random) {
                return .buy(key: key)
            }
            keys.append(IdempotencyKey(trusted: "k\(number)"))
            return .buy(key: keys.last)
        }
        let units = Int64.random(in: units, using: &random)
        let price = cents(Int64.random(in: prices, using: &random))
        let which = Int.random(in: 0..<100, using: &random)
        if which < unitsOnlyPercent { return .update(units: units, price: nil) }
        if which < unitsOnlyPercent + priceOnlyPercent { return .update(units: nil, price: price) }
        return .update(units: units, price: price)
    }

    private func answers(_ pending: [Pending]) -> [HistoryOperation] {
        var atomic = AtomicBook(initial)
        var outcomes: [HistoryOperation.Outcome] = Array(repeating: .unknown, count: pending.count)
        let order = pending.indices.filter { pending[$0].effect != nil }
            .sorted { (pending[$0].effect!, $0) < (pending[$1].effect!, $1) }
        for index in order { outcomes[index] = atomic.apply(pending[index].kind) }
        return zip(pending, outcomes).map { operation, outcome in
            HistoryOperation(
                client: operation.client, item: book, kind: operation.kind, invokedNanos: operation.invoked,
                returnedNanos: operation.isUnknown ? nil : operation.returned,
                outcome: operation.isUnknown ? .unknown : outcome)
        }
    }
}

/// The same history with one answer changed to another that the question allows.
func mutated(_ history: [HistoryOperation], _ random: inout SeededGenerator) -> [HistoryOperation]? {
    var history = history
    guard
        let index = history.indices.filter({ history[$0].mayBeMutated }).randomElement(using: &random)
    else { return nil }
    let old = history[index]
    let outcome: HistoryOperation.Outcome =
        switch old.outcome {
        case .found(let seen):
            random.chance(70)
                ? .found(state(max(0, seen.stock + (random.chance(50) ? 1 : -1)), seen.price.amount))
                : .found(state(seen.stock, seen.price.amount + 1))
        case .success: .failed
        case .failed: old.soldAtOpening ?? .success
        case .sold(let cents): random.chance(50) ? .sold(totalCents: cents + 1) : .failed
        case .otherTotal(let cents): .otherTotal(cents: cents + 1)
        case .unknown: .unknown
        }
    history[index] = HistoryOperation(
        client: old.client, item: old.item, kind: old.kind, invokedNanos: old.invokedNanos,
        returnedNanos: old.returnedNanos, outcome: outcome)
    return history
}

extension HistoryOperation {
    /// Whether there is another answer to it.
    fileprivate var mayBeMutated: Bool {
        if case .putBack = kind { return false }
        return outcome != .unknown
    }

    /// What is answered to an order that is made before there are other prices.
    fileprivate var soldAtOpening: Outcome? {
        guard case .order(_, let lines) = kind else { return nil }
        return .sold(totalCents: lines.reduce(0) { $0 + $1.copies * 1000 })
    }
}
