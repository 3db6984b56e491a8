/// What opens a keeper's session: 256 random bits, which only its browser has. It describes itself as nothing, so that
/// it cannot slip into a log.
package struct SessionSecret: Hashable, Sendable, CustomStringConvertible {
    private static let digitCount = 64
    /// As a regular expression.
    package static let pattern = "^[0-9a-f]{\(digitCount)}$"
    /// The header field that shows it.
    package static let field = "Keeper-Session"

    /// 64 lower-case hexadecimal digits.
    package let text: String

    package init?(parsing text: some StringProtocol) {
        guard text.utf8.count == Self.digitCount, text.utf8.allSatisfy({ Hex.value([$0]) != nil }) else {
            return nil
        }
        self.text = String(text)
    }

    /// A new one.
    package static func random() -> SessionSecret {
        var random = SystemRandomNumberGenerator()
        return SessionSecret(trusted: (0..<4).map { _ in Hex.text(random.next()) }.joined())
    }

    private init(trusted text: String) { self.text = text }

    /// Says nothing.
    package var description: String { "(secret)" }
}
