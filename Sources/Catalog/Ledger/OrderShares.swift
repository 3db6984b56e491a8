internal import Model

/// Puts together what steps of orders sold or put back, from a row for each of their movements.
enum OrderShares {
    struct Row {
        /// The step's first movement.
        let step: Int64
        let order: Int64
        let kind: Int64
        let item: Int64
        let units: Int64
        let key: String
    }

    /// - Parameter rows: in the ledger's order.
    static func read(_ rows: [Row]) -> [Int64: (key: IdempotencyKey, share: OrderShare)] {
        Dictionary(grouping: rows, by: \.step).compactMapValues { rows in
            guard let first = rows.first, let state = MovementKind(rawValue: first.kind)?.orderState else {
                return nil
            }
            let lines = rows.compactMap { row in
                ItemNumber(row.item).map { OrderLine(item: $0, copies: abs(row.units)) }
            }
            return (
                IdempotencyKey(trusted: first.key),
                OrderShare(order: first.order, state: state, lines: lines)
            )
        }
    }
}
