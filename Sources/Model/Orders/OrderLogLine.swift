/// A line of the order log: a copy of a book that was sold, or put back.
package struct OrderLogLine: Hashable, Comparable, Sendable {
    /// ``OrderState/placed`` of a copy that was sold, else ``OrderState/cancelled`` or ``OrderState/returned``.
    package let state: OrderState
    package let item: ItemNumber

    package init(_ state: OrderState, _ item: ItemNumber) {
        self.state = state
        self.item = item
    }

    private static let words: [(state: OrderState, text: String)] = [
        (.placed, "bought book "), (.cancelled, "cancelled book "), (.returned, "returned book "),
    ]

    /// The line, without its line break.
    package var text: String {
        switch state {
        case .cancelled: "cancelled book \(item)"
        case .returned: "returned book \(item)"
        default: "bought book \(item)"
        }
    }

    /// Reads a line; nil for any other.
    package init?(parsing line: Substring) {
        guard let words = Self.words.first(where: { line.hasPrefix($0.text) }),
            let item = ItemNumber(parsing: line.dropFirst(words.text.count))
        else { return nil }
        self.init(words.state, item)
    }

    /// Whether a line is of the order log.
    package static func isLogged(by line: Substring) -> Bool {
        words.contains { line.hasPrefix($0.text) }
    }

    /// Calls `body` with each line that an order server writes of what it records, and how often it writes it.
    ///
    /// - Parameter share: what a step of an order sold or put back; nil for one copy of `item`.
    package static func forEach(
        of item: ItemNumber, _ share: OrderShare?, _ body: (OrderLogLine, Int64) throws -> Void
    ) rethrows {
        guard let share else { return try body(OrderLogLine(.placed, item), 1) }
        for line in share.lines { try body(OrderLogLine(share.state, line.item), line.copies) }
    }

    package static func < (left: OrderLogLine, right: OrderLogLine) -> Bool {
        (left.state.rawValue, left.item) < (right.state.rawValue, right.item)
    }
}
