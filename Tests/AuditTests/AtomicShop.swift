import Audit
import Linearizability
import Model

let otherBook = ItemNumber(2)!
let thirdBook = ItemNumber(3)!

func lines(_ copies: [Int64]) -> [OrderLine] {
    zip([book, otherBook, thirdBook], copies).filter { $1 > 0 }.map { OrderLine(item: $0, copies: $1) }
}

/// An order of so many copies of each book.
func order(
    _ time: ClosedRange<UInt64>, _ copies: [Int64], _ outcome: HistoryOperation.Outcome, key: String = "o"
) -> HistoryOperation {
    let lines = lines(copies)
    return HistoryOperation(
        client: 0, item: lines[0].item, kind: .order(key: IdempotencyKey(trusted: key), lines: lines),
        invokedNanos: time.lowerBound, returnedNanos: time.upperBound, outcome: outcome)
}

func putBack(
    _ time: ClosedRange<UInt64>, _ copies: [Int64], _ outcome: HistoryOperation.Outcome, key: String = "o"
) -> HistoryOperation {
    let lines = lines(copies)
    return HistoryOperation(
        client: 0, item: lines[0].item, kind: .putBack(key: IdempotencyKey(trusted: key), lines: lines),
        invokedNanos: time.lowerBound, returnedNanos: time.upperBound, outcome: outcome)
}

func sold(_ cents: Int64) -> HistoryOperation.Outcome { .sold(totalCents: cents) }

/// The specification of orders: several books on which operations happen one at a time.
struct AtomicShop: Hashable {
    var books: [ItemNumber: BookState]
    var made: [IdempotencyKey: HistoryOperation.Outcome.Made] = [:]

    init(_ books: [ItemNumber: BookState]) { self.books = books }

    mutating func apply(_ operation: HistoryOperation) -> HistoryOperation.Outcome {
        switch operation.kind {
        case .order(let key, let lines):
            if let made = made[key] { return made.outcome }
            let cost = lines.reduce(0) { $0 + $1.copies * (books[$1.item]?.price.amount ?? 0) }
            if case .otherTotal = operation.outcome {
                return lines.allSatisfy(isThere) ? .otherTotal(cents: cost) : .failed
            }
            guard lines.allSatisfy(isThere) else {
                made[key] = .refused
                return .failed
            }
            for line in lines { books[line.item]?.stock -= line.copies }
            made[key] = .sold(cost)
            return .sold(totalCents: cost)
        case .putBack(let key, let lines):
            let name = IdempotencyKey(trusted: "back \(key)")
            if made[name] == nil {
                for line in lines { books[line.item]?.stock += line.copies }
                made[name] = .refused
            }
            return .success
        case .lookup, .buy, .update:
            guard let state = books[operation.item] else { return .unknown }
            var atomic = AtomicBook(state)
            for (key, made) in made { atomic.purchases[key] = made != .refused }
            let outcome = atomic.apply(operation.kind)
            books[operation.item] = atomic.state
            if case .buy(let key?) = operation.kind { made[key] = outcome == .success ? .bought : .refused }
            return outcome
        }
    }

    private func isThere(_ line: OrderLine) -> Bool { books[line.item]?.stock ?? 0 >= line.copies }
}

extension HistoryOperation.Outcome {
    /// What became of a key.
    enum Made: Hashable {
        case refused
        case bought
        case sold(Int64)

        var outcome: HistoryOperation.Outcome {
            switch self {
            case .refused: .failed
            case .bought: .success
            case .sold(let cents): .sold(totalCents: cents)
            }
        }
    }
}

/// Tries every order of every subset that holds the answered operations, as ``BruteForce`` does for one book.
struct GroupBruteForce {
    let operations: [HistoryOperation]
    private var dead: Set<SearchState> = []

    private struct SearchState: Hashable {
        let placed: Int
        let shop: AtomicShop
    }

    init(_ operations: [HistoryOperation]) { self.operations = operations }

    mutating func isLinearizable(from initial: [ItemNumber: BookState]) -> Bool {
        search(0, AtomicShop(initial))
    }

    private mutating func search(_ placed: Int, _ shop: AtomicShop) -> Bool {
        let open = operations.indices.filter { placed & (1 << $0) == 0 }
        let answered = open.filter { operations[$0].outcome != .unknown }
        if answered.isEmpty { return true }
        if dead.contains(SearchState(placed: placed, shop: shop)) { return false }
        let until = answered.map { operations[$0].returnedNanos! }.min()!
        for index in open where operations[index].invokedNanos <= until {
            var next = shop
            let outcome = next.apply(operations[index])
            if operations[index].outcome != .unknown, operations[index].outcome != outcome { continue }
            if search(placed | 1 << index, next) { return true }
        }
        dead.insert(SearchState(placed: placed, shop: shop))
        return false
    }
}

/// Histories of clients of an atomic shop of three books, who also order and cancel.
struct GroupSimulation {
    var clientCount = 3
    var operationCount = 7
    var stock: Int64 = 3
    /// How often the answer is lost, and then how often the operation never happens.
    var unknownPercent = 15
    var neverPercent = 40
    var orderPercent = 35
    var putBackPercent = 15
    var lookupPercent = 30
    var buyPercent = 10
    var units: ClosedRange<Int64> = 1...3
    var durationMax: UInt64 = 20

    private struct Pending {
        let operation: HistoryOperation
        let returned: UInt64
        let effect: UInt64?
        let isUnknown: Bool
        /// The order that is put back.
        var order: Int?
    }

    var initial: [ItemNumber: BookState] {
        Dictionary(uniqueKeysWithValues: [book, otherBook, thirdBook].map { ($0, state(stock)) })
    }

    func history(seed: UInt64) -> [HistoryOperation] {
        var random = SeededGenerator(seed: seed)
        var clocks = Array(repeating: UInt64(0), count: clientCount)
        var pending: [Pending] = []
        var putBack: Set<Int> = []
        for number in 0..<operationCount {
            let client = clocks.indices.min { clocks[$0] < clocks[$1] }!
            let invoked = clocks[client] + random.below(durationMax / 4 + 1)
            let returned = invoked + 1 + random.below(durationMax)
            clocks[client] = returned + 1
            let backable = pending.indices.suffix(40).filter { index in
                guard case .order = pending[index].operation.kind else { return false }
                return !pending[index].isUnknown && pending[index].returned < invoked
                    && !putBack.contains(index)
            }
            let order = backable.randomElement(using: &random)
            let (item, kind) = kind(&random, number, order.map { pending[$0].operation.kind })
            let isPutBack = if case .putBack = kind { true } else { false }
            if isPutBack, let order { putBack.insert(order) }
            let isUnknown = random.chance(unknownPercent)
            var effect: UInt64? = invoked + random.below(returned - invoked + 1)
            if isUnknown {
                effect = random.chance(neverPercent) ? nil : effect! + random.below(durationMax * 3)
            }
            pending.append(
                Pending(
                    operation: HistoryOperation(
                        client: client, item: item, kind: kind, invokedNanos: invoked, returnedNanos: nil,
                        outcome: .unknown), returned: returned, effect: effect, isUnknown: isUnknown,
                    order: isPutBack ? order : nil))
        }
        return answers(pending)
    }

    private func kind(
        _ random: inout SeededGenerator, _ number: Int, _ order: HistoryOperation.Kind?
    ) -> (ItemNumber, HistoryOperation.Kind) {
        let key = IdempotencyKey(trusted: "k\(number)")
        let dice = Int.random(in: 0..<100, using: &random)
        if dice < orderPercent {
            var copies = (0..<3).map { _ in Int64.random(in: 0...2, using: &random) }
            if copies.allSatisfy({ $0 == 0 }) { copies = [1, 1, 0] }
            let lines = lines(copies)
            return (lines[0].item, .order(key: key, lines: lines))
        }
        if dice < orderPercent + putBackPercent, case .order(let key, let lines)? = order {
            return (lines[0].item, .putBack(key: key, lines: lines))
        }
        let item = [book, otherBook, thirdBook].randomElement(using: &random)!
        if dice < 100 - buyPercent - lookupPercent {
            let price = random.chance(30) ? cents(Int64.random(in: 1...3, using: &random)) : nil
            return (item, .update(units: Int64.random(in: units, using: &random), price: price))
        }
        return (item, dice < 100 - buyPercent ? .lookup : .buy(key: key))
    }

    private func answers(_ pending: [Pending]) -> [HistoryOperation] {
        var shop = AtomicShop(initial)
        var outcomes: [HistoryOperation.Outcome] = Array(repeating: .unknown, count: pending.count)
        let order = pending.indices.filter { pending[$0].effect != nil }
            .sorted { (pending[$0].effect!, $0) < (pending[$1].effect!, $1) }
        for index in order {
            // Nobody puts back what was not sold.
            if let order = pending[index].order, outcomes[order] == .failed { continue }
            outcomes[index] = shop.apply(pending[index].operation)
        }
        return pending.indices.compactMap { index in
            var operation = pending[index].operation
            if let order = pending[index].order, outcomes[order] == .failed { return nil }
            guard !pending[index].isUnknown else { return operation }
            operation.end(outcomes[index], atNanos: pending[index].returned)
            return operation
        }
    }
}
