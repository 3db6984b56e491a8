/// The number by which a book is known in the whole store: 1 … `valueMax`, written in decimal.
package struct ItemNumber: Hashable, Comparable, Sendable, TextCodable {
    /// The largest item number: 18 digits, so that every one fits an `Int64` and a database integer.
    package static let valueMax: Int64 = 999_999_999_999_999_999
    /// Its digits.
    package static let digitCountMax = 18

    /// The number itself, 1 … `valueMax`.
    package let value: Int64

    /// - Returns: nil when `value` is outside 1 … `valueMax`.
    package init?(_ value: Int64) {
        guard (1...Self.valueMax).contains(value) else { return nil }
        self.value = value
    }

    /// Reads plain decimal digits without sign, blanks or leading zeros: one book has one spelling, so
    /// that logs, caches and keys of different programs agree.
    package init?(parsing text: some StringProtocol) {
        self.init(digits: text.utf8)
    }

    /// The same for a whole string, which is on the path of every request.
    package init?(parsing text: String) {
        self.init(digits: text.utf8)
    }

    private init?(digits: some Collection<UInt8>) {
        guard let value = Decimal.digits(digits, digitCountMax: Self.digitCountMax),
            digits.first != UInt8(ascii: "0")
        else { return nil }
        self.init(value)
    }

    /// The number in decimal, its one spelling.
    package var description: String { String(value) }

    /// The order of numbers, not of their spellings.
    package static func < (left: ItemNumber, right: ItemNumber) -> Bool { left.value < right.value }
}
