internal import Model

/// A tax that is part of every price.
package struct ShopTax: Sendable, Equatable {
    /// The longest name, in UTF-8 bytes.
    private static let nameByteCountMax = 40

    package let name: String
    /// In hundredths of a percent.
    private let rate: Int64
    /// As it is shown, such as `VAT 7 %`.
    package let words: String

    /// Reads a name and a percentage: `VAT 7`, `Sales tax 8.25`.
    package init?(_ text: String) {
        let parts = text.split(separator: " ")
        guard parts.count > 1, let percent = parts.last,
            let rate = Cents(parsing: percent.hasSuffix("%") ? percent.dropLast() : percent),
            (1...100_00).contains(rate.amount)
        else { return nil }
        name = parts.dropLast().joined(separator: " ")
        guard ShopText.fault(in: name, byteCountMax: Self.nameByteCountMax) == nil else { return nil }
        self.rate = rate.amount
        words = "\(name) \(rate) %"
    }

    /// What of an amount is tax, in cents, rounded half up.
    package func included(in cents: Int64) -> Int64 {
        let whole = 100_00 + rate
        return (cents * rate * 2 + whole) / (whole * 2)
    }
}
