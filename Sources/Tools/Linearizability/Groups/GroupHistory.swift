import Model

/// The operations of the books that orders connect, prepared for the search over all of them together: as ``BookHistory``
/// is for one.
struct GroupHistory {
    /// Units of one book, by its place in the group.
    struct Units: Hashable {
        let book: Int
        let units: Int64
    }

    /// What changes do that do the same.
    struct Change: Hashable {
        /// Each stock must stay at 0 or more.
        let units: [Units]
        /// The new price of the first of the books.
        var price: Cents?
        /// What the copies must cost together.
        var totalCents: Int64?

        /// Whether it can be made of books that are so.
        func fits(_ books: [BookState]) -> Bool {
            units.allSatisfy { books[$0.book].stock + $0.units >= 0 }
                && totalCents.map { $0 == cost(of: books) } ?? true
        }

        func cost(of books: [BookState]) -> Int64 {
            units.reduce(0) { $0 - $1.units * books[$1.book].price.amount }
        }
    }

    enum Effect {
        /// Read this state of a book.
        case lookup(book: Int, BookState)
        /// Was refused, since the stock of one of these books was too low.
        case refusal(Change)
        /// Could have been made, but at another total than its customer expected.
        case otherTotal(Change)
        case change

        /// Whether it is a read or refusal that these states explain.
        func fits(_ books: [BookState]) -> Bool {
            switch self {
            case .lookup(let book, let seen): books[book] == seen
            case .refusal(let change): change.units.contains { books[$0.book].stock + $0.units < 0 }
            case .otherTotal(let change): change.fits(books)
            case .change: false
            }
        }
    }

    /// An operation of known outcome, which must be placed between its call and its return.
    struct Known {
        let effect: Effect
        let invokedNanos: UInt64
        let returnedNanos: UInt64
        /// The index of the request that represents it in reports.
        let source: Int
        /// The index of its class if it is a change, else -1.
        var changeClass = -1
    }

    /// Changes that do the same: see ``BookHistory/ChangeClass``.
    struct ChangeClass {
        let change: Change
        /// Members of unknown outcome, in the order of their invocations.
        var unknown: [(invokedNanos: UInt64, source: Int)] = []

        /// How many unknown members may be placed before an operation that returned at `nanos`.
        func unknownCount(invokedUntil nanos: UInt64) -> Int {
            unknown.partitioningIndex { $0.invokedNanos > nanos }
        }
    }

    /// The books, by number.
    let items: [ItemNumber]
    /// The operations of known outcome, in the order of their invocations.
    private(set) var known: [Known] = []
    private(set) var classes: [ChangeClass] = []
    /// The indices of the classes with unknown members.
    private(set) var unknownClasses: [Int] = []

    private var classIndex: [Change: Int] = [:]
    private let places: [ItemNumber: Int]

    /// - Parameter group: of which no key was answered in two ways.
    init(_ group: History.Group) {
        items = group.items
        places = Dictionary(uniqueKeysWithValues: group.items.enumerated().map { ($0.element, $0.offset) })
        for operation in KeyedRequests.operations(of: group.operations) {
            add(operation, of: group.operations[operation.source].item)
        }
        // Each is a read of its own, whatever its key comes to later.
        for (source, request) in group.operations.enumerated() {
            guard case .otherTotal(let cents) = request.outcome, let returned = request.returnedNanos,
                case .order(_, let lines) = request.kind
            else { continue }
            let change = Change(units: units(lines, sign: -1), totalCents: cents)
            known.append(
                Known(
                    effect: .otherTotal(change), invokedNanos: request.invokedNanos, returnedNanos: returned,
                    source: source))
        }
        known.sort { ($0.invokedNanos, $0.source) < ($1.invokedNanos, $1.source) }
        for index in classes.indices {
            classes[index].unknown.sort { ($0.invokedNanos, $0.source) < ($1.invokedNanos, $1.source) }
            if !classes[index].unknown.isEmpty { unknownClasses.append(index) }
        }
    }

    private func units(_ lines: [OrderLine], sign: Int64) -> [Units] {
        lines.compactMap { line in
            places[line.item].map { Units(book: $0, units: sign * line.copies) }
        }
    }

    private mutating func add(_ operation: KeyedRequests, of item: ItemNumber) {
        guard let book = places[item] else { return }
        switch operation.kind {
        case .lookup:
            guard case .found(let state) = operation.outcome else { return }
            add(.lookup(book: book, state), operation)
        case .buy: add(Change(units: [Units(book: book, units: -1)]), operation)
        case .update(let units, let price):
            add(Change(units: [Units(book: book, units: units ?? 0)], price: price), operation)
        case .order(_, let lines):
            var change = Change(units: units(lines, sign: -1))
            if case .sold(let cents) = operation.outcome { change.totalCents = cents }
            add(change, operation)
        case .putBack(_, let lines): add(Change(units: units(lines, sign: 1)), operation)
        }
    }

    private mutating func add(_ change: Change, _ operation: KeyedRequests) {
        switch operation.outcome {
        case .failed: add(.refusal(change), operation)
        case .success, .sold: add(.change, operation, changeClass: index(of: change))
        case .unknown, .found, .otherTotal:
            // An operation that changes nothing constrains nothing, whether it happened or not.
            guard change.price != nil || change.units.contains(where: { $0.units != 0 }) else { return }
            classes[index(of: change)].unknown.append(
                (invokedNanos: operation.invokedNanos, source: operation.source))
        }
    }

    private mutating func add(_ effect: Effect, _ operation: KeyedRequests, changeClass: Int = -1) {
        guard let returned = operation.returnedNanos else { return }
        known.append(
            Known(
                effect: effect, invokedNanos: operation.invokedNanos, returnedNanos: returned,
                source: operation.source, changeClass: changeClass))
    }

    private mutating func index(of change: Change) -> Int {
        if let index = classIndex[change] { return index }
        classIndex[change] = classes.count
        classes.append(ChangeClass(change: change))
        return classes.count - 1
    }
}
