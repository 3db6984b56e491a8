public import Model

/// What a group of clients asked a store and was answered, in any order.
public struct History: Sendable {
    /// The operations in the order they were appended.
    public private(set) var operations: [HistoryOperation]

    /// Starts with some operations, or none.
    public init(_ operations: [HistoryOperation] = []) { self.operations = operations }

    /// Adds one operation; it need not be the latest.
    public mutating func append(_ operation: HistoryOperation) { operations.append(operation) }

    /// Adds another client's operations.
    public mutating func append(contentsOf other: History) { operations.append(contentsOf: other.operations) }

    /// The history of each book, in item order.
    ///
    /// Linearizability is a local property (Herlihy & Wing 1990, theorem 1): a history is linearizable exactly
    /// when it is for each object by itself. Checking books one by one is what makes long histories cheap.
    public func partition() -> [(item: ItemNumber, operations: [HistoryOperation])] {
        var byItem: [ItemNumber: [HistoryOperation]] = [:]
        for operation in operations { byItem[operation.item, default: []].append(operation) }
        return byItem.sorted { $0.key < $1.key }.map { (item: $0.key, operations: $0.value) }
    }
}
