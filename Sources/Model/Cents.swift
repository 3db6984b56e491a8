/// An amount of money in integer cents, 0 … `amountMax`. Never floating point.
package struct Cents: Hashable, Comparable, Sendable, TextCodable {
    /// The largest price: 9,999,999,999.99.
    package static let amountMax: Int64 = 999_999_999_999
    /// Its digits before the point.
    package static let wholeDigitCountMax = 10

    /// The amount in cents, 0 … `amountMax`.
    package let amount: Int64

    /// - Returns: nil when `amount` is outside 0 … `amountMax`.
    package init?(_ amount: Int64) {
        guard (0...Self.amountMax).contains(amount) else { return nil }
        self.amount = amount
    }

    /// Reads a decimal amount with at most two digits after the point: `10`, `10.5`, `10.50`.
    package init?(parsing text: some StringProtocol) {
        let parts = text.utf8.split(
            separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = Decimal.digits(parts[0], digitCountMax: Self.wholeDigitCountMax) else { return nil }
        var fraction: Int64 = 0
        if parts.count == 2 {
            guard let digits = Decimal.digits(parts[1], digitCountMax: 2) else { return nil }
            fraction = parts[1].count == 1 ? digits * 10 : digits
        }
        self.init(whole * 100 + fraction)
    }

    /// Whole amounts without decimals (`10`), others with two (`10.50`).
    package var description: String {
        let (whole, fraction) = amount.quotientAndRemainder(dividingBy: 100)
        if fraction == 0 { return String(whole) }
        return "\(whole).\(fraction < 10 ? "0" : "")\(fraction)"
    }

    /// A sum of prices, which may pass what one price can be, or be less than nothing.
    package static func text(ofSum cents: Int64) -> String {
        let (whole, fraction) = cents.magnitude.quotientAndRemainder(dividingBy: 100)
        let sign = cents < 0 ? "-" : ""
        return fraction == 0 ? "\(sign)\(whole)" : "\(sign)\(whole).\(fraction < 10 ? "0" : "")\(fraction)"
    }

    /// The smaller amount first.
    package static func < (left: Cents, right: Cents) -> Bool { left.amount < right.amount }
}
