internal import ArgumentParser
internal import Model

/// Arguments that are judged before anything is sent, so that a mistake is named by its argument.
enum ArgumentCheck {
    /// The item number in `text`.
    ///
    /// - Throws: `ValidationError` that names the argument `name`.
    static func item(_ text: String, _ name: String = "<item>") throws -> ItemNumber {
        guard let item = ItemNumber(parsing: text) else {
            throw ValidationError(
                "\(name) \(ShownText.quoted(text)) is not an item number: a whole number from 1 to \(ItemNumber.valueMax)"
            )
        }
        return item
    }

    /// The amount in `text`.
    static func cost(_ text: String, _ name: String) throws -> Cents {
        guard let price = Cents(parsing: text) else {
            throw ValidationError(
                "\(name) \(ShownText.quoted(text)) is not an amount of 0 or more with at most two decimals, such as 12.50"
            )
        }
        return price
    }

    /// Checks text on one line, if it was given.
    static func checkText(_ text: String?, _ name: String, byteCountMax: Int) throws {
        guard let text, let fault = ShopText.fault(in: text, byteCountMax: byteCountMax) else { return }
        throw ValidationError("\(name) \(ShownText.quoted(text)) \(fault)")
    }

    /// Checks a number, if it was given.
    static func check(_ number: Int64?, _ name: String, in range: ClosedRange<Int64>) throws {
        guard let number, !range.contains(number) else { return }
        throw ValidationError(
            "\(name) '\(number)' is not a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
}
