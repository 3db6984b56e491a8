internal import Foundation
internal import Model
internal import StoreAPI

/// Formats amounts, stock and times for customers.
enum Wording {
    /// The largest stock at which customers see how many copies are left.
    static let lowStockMax: Int64 = 3

    /// A price, such as `$1,234.50`.
    static func price(_ price: Cents) -> String { amount(price.amount) }

    /// An amount of money in cents, which may be larger than any price.
    static func amount(_ amount: Int64) -> String {
        let shop = ShopProfile.current
        return shop.currency.text(amount, language: shop.language)
    }

    /// A number with thousands separators.
    static func count(_ number: Int64) -> String {
        (number < 0 ? "−" : "") + Figure.grouped(number.magnitude)
    }

    static func books(_ number: Int) -> String { number == 1 ? "1 book" : "\(count(Int64(number))) books" }

    static func copies(_ number: Int64) -> String { number == 1 ? "1 copy" : "\(count(number)) copies" }

    /// How many books a list has, and which page of them is shown.
    static func books(_ number: Int, page: Int, of pageCount: Int) -> String {
        pageCount == 1
            ? books(number) : "\(books(number)), page \(count(Int64(page))) of \(count(Int64(pageCount)))"
    }

    /// Formats an RFC 3339 time as the shop's clocks show it, such as `24 November 2026, 08:15 UTC`. Any other text is
    /// returned unchanged.
    static func time(_ text: String) -> String {
        Timestamp(parsing: text).map(ShopProfile.current.zone.words) ?? text
    }

    /// A time as the desk's tables show it, by the shop's clocks: `2026-11-24 08:15:30`.
    static func tabular(_ time: Timestamp) -> String {
        String(ShopProfile.current.zone.local(time).description.prefix(19)).replacing("T", with: " ")
    }

    /// A day, a month or a year of ISO 8601, such as `1 March 1869`.
    static func date(_ text: String) -> String {
        let parts = text.split(separator: "-")
        guard parts.count > 1, let month = Int(parts[1]), months.indices.contains(month - 1) else {
            return text
        }
        let day = parts.count > 2 ? Int(parts[2]).map { "\($0) " } ?? "" : ""
        return "\(day)\(months[month - 1]) \(parts[0])"
    }

    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
        "November", "December",
    ]

    /// The name of a language by its tag (BCP 47); the tag where none is known.
    static func language(_ tag: String) -> String {
        Locale(identifier: "en").localizedString(forIdentifier: tag) ?? tag
    }

    /// Text of any direction for use inside a sentence. Unicode isolates around it keep the order of the
    /// surrounding words.
    static func isolated(_ text: String) -> String { "\u{2068}\(text)\u{2069}" }

    /// `text` cut to a number of characters, with an ellipsis where something is left out.
    static func clipped(_ text: String, lengthMax: Int) -> String {
        guard text.count > lengthMax else { return text }
        return text.prefix(lengthMax - 1) + "…"
    }

    /// A title for comparison, without case, accents and repeated blanks.
    static func folded(_ title: String) -> String {
        title.folding(options: [.caseInsensitive, .diacriticInsensitive], locale: nil)
            .split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    /// A title as lists show it.
    static func listed(_ title: String) -> String {
        guard title.utf8.count > ShopLimits.listedTitleByteCountMax else { return title }
        var byteCount = 0
        let end = title.firstIndex { character in
            byteCount += character.utf8.count
            return byteCount > ShopLimits.listedTitleByteCountMax
        }
        return title[..<(end ?? title.endIndex)] + "…"
    }
}

extension String {
    /// The text with its first letter in upper case.
    var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
