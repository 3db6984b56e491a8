/// What other programs want to know of: it follows from a movement of the ledger, and says nothing of a person.
package struct StoreEvent: Equatable, Sendable {
    /// What is told.
    package enum Kind: String, CaseIterable, Decodable, Sendable {
        /// Something was bought or ordered.
        case order
        /// An order came to another state, or copies of it came back.
        case state
        /// A book's stock fell to the limit of low stock, or below it.
        case lowStock = "low_stock"
        /// A book's last copy went.
        case soldOut = "sold_out"
    }

    /// The number of its movement. Several events may have the same, of different kinds.
    package let sequence: Int64
    package let kind: Kind
    package let time: Timestamp
    /// The number of the sale; nil for what is told of a book.
    package let order: Int64?
    /// Of ``Kind/state``.
    package let state: OrderState?
    /// The copies that were ordered or came back; nothing for a `buy`, which is one copy of ``item``.
    package let lines: [OrderLine]
    /// The book, where it is one.
    package let item: ItemNumber?
    /// The copies that are left, where a book's stock is told of.
    package let stock: Int64?

    package init(
        sequence: Int64, kind: Kind, time: Timestamp, order: Int64? = nil, state: OrderState? = nil,
        lines: [OrderLine] = [], item: ItemNumber? = nil, stock: Int64? = nil
    ) {
        self.sequence = sequence
        self.kind = kind
        self.time = time
        self.order = order
        self.state = state
        self.lines = lines
        self.item = item
        self.stock = stock
    }
}
