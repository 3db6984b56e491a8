import Audit
import Linearizability
import Model
import Testing

let book = ItemNumber(1)!

func cents(_ amount: Int64) -> Cents { Cents(amount)! }

func state(_ stock: Int64, _ price: Int64 = 1000) -> BookState {
    BookState(stock: stock, price: cents(price))
}

/// A lookup of one book that took from `time`'s lower to its upper bound.
func lookup(_ time: ClosedRange<UInt64>, _ stock: Int64, _ price: Int64 = 1000, item: ItemNumber = book)
    -> HistoryOperation
{
    HistoryOperation(
        client: 0, item: item, kind: .lookup, invokedNanos: time.lowerBound, returnedNanos: time.upperBound,
        outcome: .found(state(stock, price)))
}

func buy(
    _ time: ClosedRange<UInt64>, _ outcome: HistoryOperation.Outcome, key: String? = nil,
    item: ItemNumber = book
) -> HistoryOperation {
    HistoryOperation(
        client: 0, item: item, kind: .buy(key: key.map { IdempotencyKey(trusted: $0) }),
        invokedNanos: time.lowerBound, returnedNanos: time.upperBound, outcome: outcome)
}

func update(
    _ time: ClosedRange<UInt64>, _ outcome: HistoryOperation.Outcome, units: Int64? = nil, price: Int64? = nil
) -> HistoryOperation {
    HistoryOperation(
        client: 0, item: book, kind: .update(units: units, price: price.map(cents)),
        invokedNanos: time.lowerBound, returnedNanos: time.upperBound, outcome: outcome)
}

func check(_ operations: [HistoryOperation], from initial: BookState = state(3)) -> Verdict {
    LinearizabilityChecker.check(History(operations), initial: [book: initial])
}

func isViolation(_ operations: [HistoryOperation], from initial: BookState = state(3)) -> Bool {
    if case .violation = check(operations, from: initial) { return true }
    return false
}

/// SplitMix64: each seed makes one history.
struct SeededGenerator: RandomNumberGenerator {
    var seed: UInt64

    mutating func next() -> UInt64 {
        seed &+= 0x9E37_79B9_7F4A_7C15
        var mixed = seed
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }

    mutating func below(_ bound: UInt64) -> UInt64 { UInt64.random(in: 0..<bound, using: &self) }
}
