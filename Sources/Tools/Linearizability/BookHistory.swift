import Model

/// The operations of one book, prepared for the search: requests with the same key are one purchase, equal
/// changes form a class, and operations of unknown outcome are separate.
struct BookHistory {
    /// An operation of known outcome, which must be placed between its call and its return.
    struct Known {
        let effect: Effect
        let invokedNanos: UInt64
        let returnedNanos: UInt64
        /// The index of the request that represents it in reports.
        let source: Int
        /// The index of its class if it is a change, else -1.
        let changeClass: Int
    }

    enum Effect {
        /// Read this state.
        case lookup(BookState)
        /// Was refused, since the stock plus these units was below 0. A failed buy is a refusal of -1.
        case refusal(units: Int64)
        /// Added units (negative: removed), keeping the stock at 0 or more, and set the price unless nil.
        case change(units: Int64, price: Cents?)

        /// Whether it is a lookup or a refusal that this state explains.
        func fits(_ state: BookState) -> Bool {
            switch self {
            case .lookup(let seen): seen == state
            case .refusal(let units): state.stock + units < 0
            case .change: false
            }
        }
    }

    /// Changes that do the same. They are interchangeable, so only the number of placed ones of a class
    /// matters. This saves the search from trying hundreds of unknown sales one by one.
    struct ChangeClass {
        let units: Int64
        let price: Cents?
        /// Members of unknown outcome, in the order of their invocations.
        var unknown: [(invokedNanos: UInt64, source: Int)] = []

        /// How many unknown members may be placed before an operation that returned at `nanos`.
        func unknownCount(invokedUntil nanos: UInt64) -> Int {
            unknown.partitioningIndex { $0.invokedNanos > nanos }
        }
    }

    /// The operations of known outcome, in the order of their invocations.
    private(set) var known: [Known] = []
    private(set) var classes: [ChangeClass] = []
    /// The indices of the classes with unknown members.
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
        // The order of a dictionary differs from run to run; the order of first requests does not.
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

    /// Adds one purchase from all requests with its key.
    ///
    /// The request that takes effect first decides, and all later ones repeat its outcome. So the purchase
    /// takes effect at some time from the first invocation of any of them to the first response. Every time
    /// in this interval lies within the first-invoked request (it had no response earlier), and the others
    /// can follow it within their own intervals. So the requests are exactly one operation on that interval.
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
            // An operation that changes nothing constrains nothing, whether it happened or not.
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
