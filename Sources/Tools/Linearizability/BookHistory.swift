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
    /// Requests with the same key that were answered differently, as Success and Failed.
    private(set) var contradiction: (success: Int, failed: Int)?

    private var classIndex: [ClassKey: Int] = [:]

    private struct ClassKey: Hashable {
        let units: Int64
        let price: Cents?
    }

    /// - Parameter item: the book. Of an order for several books it is what the order did to this one.
    init(_ requests: [HistoryOperation], of item: ItemNumber) {
        for operation in KeyedRequests.operations(of: requests) {
            if let (one, other) = operation.contradiction {
                contradiction = contradiction ?? (success: one, failed: other)
            }
            switch operation.kind {
            case .lookup: addLookup(operation)
            case .buy: add(operation, -1)
            case .update(let units, let price): add(operation, units ?? 0, price)
            case .order(_, let lines): add(operation, lines, of: item, sign: -1)
            case .putBack(_, let lines): add(operation, lines, of: item, sign: 1)
            }
        }
        known.sort { ($0.invokedNanos, $0.source) < ($1.invokedNanos, $1.source) }
        for index in classes.indices {
            classes[index].unknown.sort { ($0.invokedNanos, $0.source) < ($1.invokedNanos, $1.source) }
            if !classes[index].unknown.isEmpty { unknownClasses.append(index) }
        }
    }

    private mutating func addLookup(_ lookup: KeyedRequests) {
        guard case .found(let state) = lookup.outcome, let returned = lookup.returnedNanos else { return }
        known.append(
            Known(
                effect: .lookup(state), invokedNanos: lookup.invokedNanos, returnedNanos: returned,
                source: lookup.source, changeClass: -1))
    }

    /// Adds what an order did to this book. Of a refused one for several books, nobody knows whether this was short.
    private mutating func add(_ order: KeyedRequests, _ lines: [OrderLine], of item: ItemNumber, sign: Int64)
    {
        guard let line = lines.first(where: { $0.item == item }) else { return }
        if order.outcome == .failed, lines.count > 1 { return }
        add(order, sign * line.copies)
    }

    private mutating func add(_ operation: KeyedRequests, _ units: Int64, _ price: Cents? = nil) {
        add(
            operation.outcome, units, price, operation.invokedNanos, operation.returnedNanos,
            operation.source)
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
