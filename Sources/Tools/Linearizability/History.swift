package import Model

/// The requests of a group of clients to a store with their responses, in any order.
package struct History: Sendable {
    /// Books that orders connect, directly or by other books, or a book that none connects to another.
    package struct Group: Sendable {
        /// The books, by number.
        package fileprivate(set) var items: [ItemNumber]
        /// What was done with any of them, in the history's order.
        package fileprivate(set) var operations: [HistoryOperation]

        /// Whether any of it was ordered or put back.
        var hasOrders: Bool {
            operations.contains {
                switch $0.kind {
                case .order, .putBack: true
                case .lookup, .buy, .update: false
                }
            }
        }
    }

    /// The operations in the order they were appended.
    package private(set) var operations: [HistoryOperation]

    package init(_ operations: [HistoryOperation] = []) { self.operations = operations }

    /// Adds one operation; it need not be the latest.
    package mutating func append(_ operation: HistoryOperation) { operations.append(operation) }

    /// Adds another client's operations.
    package mutating func append(contentsOf other: History) {
        operations.append(contentsOf: other.operations)
    }

    /// The history of each group of books, in the order of their first books.
    ///
    /// Linearizability is a local property (Herlihy & Wing 1990, theorem 1): a history is linearizable if and
    /// only if the history of each object is. Checking objects separately makes long histories cheap. That is sound for
    /// objects of which every operation touches one. An order touches several books, so a book is an object of its own only
    /// as long as none is ordered together with it; books that orders connect are one object.
    package func partition() -> [Group] {
        var leaders: [ItemNumber: ItemNumber] = [:]
        func leader(of item: ItemNumber) -> ItemNumber {
            var item = item
            while let next = leaders[item], next != item { item = next }
            return item
        }
        for operation in operations {
            let group = operation.items.map(leader)
            guard let first = group.min() else { continue }
            for item in group + operation.items { leaders[item] = first }
        }
        var groups: [ItemNumber: Group] = [:]
        for item in leaders.keys.sorted() {
            groups[leader(of: item), default: Group(items: [], operations: [])].items.append(item)
        }
        for operation in operations { groups[leader(of: operation.item)]?.operations.append(operation) }
        return groups.sorted { $0.key < $1.key }.map(\.value)
    }
}
