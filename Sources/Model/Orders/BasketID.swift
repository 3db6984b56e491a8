/// The name of a basket, which only the customer's cookie has: 128 random bits.
package struct BasketID: Hashable, Sendable {
    private static let digitCount = 32
    /// As a regular expression.
    package static let pattern = "^[0-9a-f]{\(digitCount)}$"

    /// 32 lower-case hexadecimal digits.
    package let text: String

    package init?(parsing text: some StringProtocol) {
        guard text.utf8.count == Self.digitCount, text.utf8.allSatisfy({ Hex.value([$0]) != nil }) else {
            return nil
        }
        self.text = String(text)
    }

    /// A new one.
    package static func random() -> BasketID {
        var random = SystemRandomNumberGenerator()
        return BasketID(trusted: Hex.text(random.next()) + Hex.text(random.next()))
    }

    private init(trusted text: String) { self.text = text }
}
