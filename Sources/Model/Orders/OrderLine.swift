/// Copies of one book, in an order.
package struct OrderLine: Hashable, Sendable {
    /// The copies of one book in an order, at most.
    package static let copiesMax: Int64 = 1_000

    package let item: ItemNumber
    /// From 1 on.
    package let copies: Int64

    /// Takes checked parts as they are.
    package init(item: ItemNumber, copies: Int64) {
        self.item = item
        self.copies = copies
    }

    // MARK: In a database

    /// As databases have it: `N:C`.
    package var text: String { "\(item):\(copies)" }

    /// Lines as databases have them, side by side with a separator.
    package static func read(_ text: String, separator: Character) -> [OrderLine] {
        text.split(separator: separator).compactMap { line in
            let parts = line.split(separator: ":")
            guard parts.count == 2, let item = ItemNumber(parsing: parts[0]), let copies = Int64(parts[1])
            else { return nil }
            return OrderLine(item: item, copies: copies)
        }
    }

    // MARK: In an order

    /// Each book once, by number: lines of the same book are added up.
    ///
    /// - Throws: ``StoreError/invalid(_:)`` for too many copies of a book.
    package static func added(_ lines: [OrderLine]) throws(StoreError) -> [OrderLine] {
        var copies: [ItemNumber: Int64] = [:]
        for line in lines {
            let sum = copies[line.item, default: 0] + line.copies
            guard (1...copiesMax).contains(line.copies), sum <= copiesMax else {
                throw .invalid("book \(line.item) is not ordered in 1 to \(copiesMax) copies")
            }
            copies[line.item] = sum
        }
        return copies.map { OrderLine(item: $0, copies: $1) }.sorted { $0.item < $1.item }
    }
}
