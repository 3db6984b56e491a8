/// What a step of an order did to the shelf, as order servers record it.
package struct OrderShare: Equatable, Sendable {
    /// The order's number.
    package let order: Int64
    /// ``OrderState/placed``, ``OrderState/cancelled`` or ``OrderState/returned``.
    package let state: OrderState
    /// The copies that were sold or put back, in the ledger's order.
    package let lines: [OrderLine]

    package init(order: Int64, state: OrderState, lines: [OrderLine]) {
        self.order = order
        self.state = state
        self.lines = lines
    }

    /// The key under which an order server records it: the order's, and where copies are put back one that no client can
    /// have, for it has a blank.
    ///
    /// - Parameter sale: the number that it has in the ledger.
    package func recordKey(_ key: IdempotencyKey, sale: Int64) -> IdempotencyKey {
        state == .placed ? key : IdempotencyKey(trusted: "\(key.text) \(sale)")
    }

    /// The order's key, from the one of the record.
    package func orderKey(_ recordKey: IdempotencyKey) -> IdempotencyKey {
        state == .placed ? recordKey : IdempotencyKey(trusted: String(recordKey.text.prefix { $0 != " " }))
    }

    // MARK: In a database

    /// The lines as databases have them: `N:C,N:C`.
    package var text: String { lines.map(\.text).joined(separator: ",") }

    /// Reads a share from a database's columns; nil where there is none.
    package init?(order: Int64?, state: Int64?, text: String?) {
        guard let order, let text, let state = state.flatMap({ OrderState(rawValue: $0) }) else { return nil }
        self.init(order: order, state: state, lines: OrderLine.read(text, separator: ","))
    }
}
