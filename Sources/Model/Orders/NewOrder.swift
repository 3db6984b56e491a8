/// What a customer orders: several books, several copies of each, in one sale that is made whole or not at all.
package struct NewOrder: Equatable, Sendable {
    /// The books in one order, at most.
    package static let lineCountMax = 100

    /// The same key is the same order, however often it is sent.
    package let key: IdempotencyKey
    /// Each book once, by number.
    package let lines: [OrderLine]
    /// The order is made only if it costs this; nil makes it at any price. A condition of the request: the key is not
    /// bound to it.
    package let expectedTotal: Cents?
    /// Whom it is for. The key is not bound to it.
    package let contact: OrderContact

    /// - Parameter lines: lines of the same book are added up.
    /// - Throws: ``StoreError/invalid(_:)`` for no lines, too many, or too many copies of a book.
    package init(
        key: IdempotencyKey, lines: [OrderLine], expectedTotal: Cents? = nil, contact: OrderContact = .init()
    ) throws(StoreError) {
        let lines = try OrderLine.added(lines)
        guard (1...Self.lineCountMax).contains(lines.count) else {
            throw .invalid(
                lines.isEmpty
                    ? "the order is empty: give at least one line"
                    : "the order has \(lines.count) books, more than \(Self.lineCountMax)")
        }
        self.key = key
        self.lines = lines
        self.expectedTotal = expectedTotal
        self.contact = contact
    }
}
