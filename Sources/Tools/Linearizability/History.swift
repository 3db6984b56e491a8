package import Model

/// The requests of a group of clients to a store with their responses, in any order.
package struct History: Sendable {
    /// The operations in the order they were appended.
    package private(set) var operations: [HistoryOperation]

    package init(_ operations: [HistoryOperation] = []) { self.operations = operations }

    /// Adds one operation; it need not be the latest.
    package mutating func append(_ operation: HistoryOperation) { operations.append(operation) }

    /// Adds another client's operations.
    package mutating func append(contentsOf other: History) {
        operations.append(contentsOf: other.operations)
    }

    /// The history of each book, in item order.
    ///
    /// Linearizability is a local property (Herlihy & Wing 1990, theorem 1): a history is linearizable if and
    /// only if the history of each object is. Checking the books separately makes long histories cheap.
    package func partition() -> [(item: ItemNumber, operations: [HistoryOperation])] {
        var byItem: [ItemNumber: [HistoryOperation]] = [:]
        for operation in operations { byItem[operation.item, default: []].append(operation) }
        return byItem.sorted { $0.key < $1.key }.map { (item: $0.key, operations: $0.value) }
    }
}
