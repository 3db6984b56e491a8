import Model

/// The operations of one book as the search wants them: purchases instead of requests, changes sorted into
/// classes of equals, unknown outcomes apart.
struct BookHistory {
    /// An operation whose outcome is known, so that it must be placed between its call and its return.
    struct Known {
        let effect: Effect
        let invokedNanos: UInt64
        let returnedNanos: UInt64
        /// The request that represents it in reports.
        let source: Int
        /// Its class when it is a change, else -1.
        let changeClass: Int
    }

    enum Effect {
        /// Saw this state.
        case lookup(BookState)
        /// Was refused: the stock plus these units was below 0. A failed buy is a refusal of -1.
        case refusal(units: Int64)
        /// Added units (negative: took), keeping the stock at 0 or more, and set the price if it has one.
        case change(units: Int64, price: Cents?)

        /// Whether it reads, and could have read this state.
        func fits(_ state: BookState) -> Bool {
            switch self {
            case .lookup(let seen): seen == state
            case .refusal(let units): state.stock + units < 0
            case .change: false
            }
        }
    }

    /// Changes that do the same. They are interchangeable, which is what saves the search from trying
    /// hundreds of unknown sales one by one: only how many of a class were placed matters.
    struct ChangeClass {
        let units: Int64
        let price: Cents?
        /// Members whose outcome is unknown, by their invocation.
        var unknown: [(invokedNanos: UInt64, source: Int)] = []

        /// How many of them may be placed before something that returned at `nanos`.
        func unknownCount(invokedUntil nanos: UInt64) -> Int {
            unknown.partitioningIndex { $0.invokedNanos > nanos }
        }
    }

    /// By their invocation.
    private(set) var known: [Known] = []
    private(set) var classes: [ChangeClass] = []
    /// Indices of the classes that have unknown members.
    private(set) var unknownClasses: [Int] = []
    /// Requests with the same key that were answered Success and Failed.
    private(set) var contradiction: (success: Int, failed: Int)?

    private var classIndex: [ClassKey: Int] = [:]

    private struct ClassKey: Hashable {
        let units: Int64
        let price: Cents?
    }

    init(_ operations: [HistoryOperation]) {
        var purchases: [IdempotencyKey: [Int]] = [:]
        for (index, operation) in operations.enumerated() {
            switch operation.kind {
            case .buy(let key?): purchases[key, default: []].append(index)
            case .buy(nil): add(purchase: [index], of: operations)
            case .lookup: addLookup(operation, source: index)
            case .update(let units, let price):
                add(
                    operation.outcome, units ?? 0, price, operation.invokedNanos, operation.returnedNanos,
                    index)
            }
        }
        // A dictionary's order differs from run to run; the first request's does not.
        for requests in purchases.values.sorted(by: { $0[0] < $1[0] }) {
            add(purchase: requests, of: operations)
        }
        known.sort { ($0.invokedNanos, $0.source) < ($1.invokedNanos, $1.source) }
        for index in classes.indices {
            classes[index].unknown.sort { ($0.invokedNanos, $0.source) < ($1.invokedNanos, $1.source) }
            if !classes[index].unknown.isEmpty { unknownClasses.append(index) }
        }
    }

    private mutating func addLookup(_ operation: HistoryOperation, source: Int) {
        guard case .found(let state) = operation.outcome, let returned = operation.returnedNanos else {
            return
        }
        known.append(
            Known(
                effect: .lookup(state), invokedNanos: operation.invokedNanos, returnedNanos: returned,
                source: source, changeClass: -1))
    }

    /// One purchase, from all requests that carried its key.
    ///
    /// Whichever request takes effect first decides, and all later ones repeat its answer, so the purchase
    /// takes effect at some time from the first invocation of any of them to the first answer. Every time
    /// between those lies within the first-invoked request (it had no answer earlier), and the others can
    /// follow it within their own intervals; so the requests are exactly one operation on that interval.
    private mutating func add(purchase requests: [Int], of operations: [HistoryOperation]) {
        var invoked = UInt64.max
        var returned: UInt64?
        var outcome = HistoryOperation.Outcome.unknown
        var source = requests[0]
        for request in requests {
            let operation = operations[request]
            invoked = min(invoked, operation.invokedNanos)
            guard operation.outcome != .unknown, let answered = operation.returnedNanos else { continue }
            if outcome != .unknown, outcome != operation.outcome {
                let pair = outcome == .success ? (source, request) : (request, source)
                contradiction = contradiction ?? (success: pair.0, failed: pair.1)
            }
            if answered < returned ?? UInt64.max {
                returned = answered
                source = request
            }
            outcome = operation.outcome
        }
        add(outcome, -1, nil, invoked, returned, source)
    }

    private mutating func add(
        _ outcome: HistoryOperation.Outcome, _ units: Int64, _ price: Cents?, _ invoked: UInt64,
        _ returned: UInt64?, _ source: Int
    ) {
        guard let returned, outcome != .unknown else {
            // One that changes nothing, whether it happened or not, constrains nothing.
            if units != 0 || price != nil {
                classes[index(units, price)].unknown.append((invokedNanos: invoked, source: source))
            }
            return
        }
        let failed = outcome == .failed
        known.append(
            Known(
                effect: failed ? .refusal(units: units) : .change(units: units, price: price),
                invokedNanos: invoked, returnedNanos: returned, source: source,
                changeClass: failed ? -1 : index(units, price)))
    }

    private mutating func index(_ units: Int64, _ price: Cents?) -> Int {
        let key = ClassKey(units: units, price: price)
        if let index = classIndex[key] { return index }
        classIndex[key] = classes.count
        classes.append(ChangeClass(units: units, price: price))
        return classes.count - 1
    }
}
