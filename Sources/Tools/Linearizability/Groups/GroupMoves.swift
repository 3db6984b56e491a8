import Model

/// Finds what may come next in a configuration of a group of books, likely moves first.
///
/// Unlike for one book, unknown changes are tried one by one: what an operation needs of several books at once is no sum
/// that could be filled up. They are tried only where an open operation needs some change. Where all that is open can be
/// made as it is, an unknown change can as well come after what comes next: all changes of orders go one way, so that those
/// that give can be put before those that take, and no stock falls below 0. The price that one sets can be hidden by that of
/// the next, so those of units and price are tried always.
struct GroupMoves {
    enum Move {
        /// A known operation.
        case known(Int)
        /// The next unknown member of a class.
        case unknown(Int)
    }

    private let group: GroupHistory
    private let state: GroupState

    init(_ group: GroupHistory, _ state: GroupState) {
        self.group = group
        self.state = state
    }

    /// All moves that could lead to the end.
    func all() -> [Move] {
        // The operation that returns first: it must be placed before any operation invoked after its return.
        guard let urgent = state.open.min(by: returnsBefore) else { return [] }
        let known = knownChanges()
        let unknown = unknownChanges()
        let leads = { (move: Move) in self.leads(move, to: urgent) }
        return known.filter(leads) + unknown.filter(leads) + known.filter { !leads($0) }
            + unknown.filter { !leads($0) }
    }

    private func returnsBefore(_ left: Int, _ right: Int) -> Bool {
        (group.known[left].returnedNanos, left) < (group.known[right].returnedNanos, right)
    }

    private func change(_ move: Move) -> GroupHistory.Change {
        switch move {
        case .known(let operation): group.classes[group.known[operation].changeClass].change
        case .unknown(let changeClass): group.classes[changeClass].change
        }
    }

    /// The open change of each class that returns first, as far as the present states allow it.
    private func knownChanges() -> [Move] {
        var first: [Int: Int] = [:]
        for operation in state.open where group.known[operation].changeClass >= 0 {
            let changeClass = group.known[operation].changeClass
            if let other = first[changeClass], returnsBefore(other, operation) { continue }
            first[changeClass] = operation
        }
        return first.values.sorted(by: returnsBefore).map { .known($0) }
            .filter { change($0).fits(state.books) }
    }

    /// The classes of which an unknown member may come next.
    private func unknownChanges() -> [Move] {
        guard !group.unknownClasses.isEmpty else { return [] }
        let waiting = Set(state.open.map { group.known[$0].changeClass })
        let isNeeded = state.open.contains { operation in
            let changeClass = group.known[operation].changeClass
            return changeClass < 0 || !group.classes[changeClass].change.fits(state.books)
        }
        return group.unknownClasses.compactMap { index in
            let changeClass = group.classes[index]
            let isMixed = changeClass.change.price != nil && changeClass.change.units[0].units != 0
            // A known one of its class returns, so it comes first.
            guard isNeeded || isMixed, !waiting.contains(index), changeClass.change.fits(state.books),
                changeClass.unknownCount(invokedUntil: state.untilNanos) > Int(state.used[index])
            else { return nil }
            return .unknown(index)
        }
    }

    /// Whether a move leads towards what the urgent operation needs. This guess only decides the order.
    private func leads(_ move: Move, to urgent: Int) -> Bool {
        let change = change(move)
        switch group.known[urgent].effect {
        case .lookup(let book, let seen):
            guard let units = change.units.first(where: { $0.book == book })?.units else { return false }
            let now = state.books[book]
            if let price = change.price, price != now.price { return price == seen.price }
            return abs(now.stock + units - seen.stock) < abs(now.stock - seen.stock)
        case .refusal(let refused):
            return change.units.contains { part in
                part.units < 0 && refused.units.contains { $0.book == part.book }
            }
        case .otherTotal: return change.price != nil || change.units.contains { $0.units > 0 }
        case .change:
            let wanted = group.classes[group.known[urgent].changeClass].change
            if case .known = move, wanted.fits(state.books) { return true }
            return change.price != nil
                || change.units.contains { part in
                    part.units > 0 && wanted.units.contains { $0.book == part.book }
                }
        }
    }
}
