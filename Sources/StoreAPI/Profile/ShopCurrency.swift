internal import Foundation
internal import Model

/// A currency and how amounts of it are written.
package struct ShopCurrency: Sendable, Equatable {
    /// The language in which amounts of dollars are written without a look at its rules.
    static let plainLanguage = "en"
    package static let dollars = ShopCurrency(code: "USD")

    /// ISO 4217.
    package let code: String

    private init(code: String) { self.code = code }

    /// - Returns: nil for a code that names no currency.
    package init?(_ code: String) {
        guard Locale.commonISOCurrencyCodes.contains(code) else { return nil }
        self.init(code: code)
    }

    /// An amount in hundredths, such as `$1,234.50` or `1.234,50 €`.
    package func text(_ hundredths: Int64, language: String) -> String {
        guard code != Self.dollars.code || language != Self.plainLanguage else {
            let (whole, cents) = hundredths.magnitude.quotientAndRemainder(dividingBy: 100)
            let sign = hundredths < 0 ? "−" : ""
            return "\(sign)$\(Figure.grouped(whole)).\(cents < 10 ? "0" : "")\(cents)"
        }
        let style = Decimal.FormatStyle.Currency(code: code, locale: Locale(identifier: language))
        let amount = Decimal(hundredths) / 100
        // A currency without hundredths shows them where a price has some all the same.
        return hundredths % 100 == 0
            ? style.format(amount) : style.precision(.fractionLength(2)).format(amount)
    }

    /// The sign that a keeper may type before or behind an amount.
    package func sign(language: String) -> String {
        code == Self.dollars.code
            ? "$" : Locale(identifier: "\(language)@currency=\(code)").currencySymbol ?? code
    }
}
