internal import Model
internal import TierHTTP

extension ItemNumber {
    static let pattern = "^[1-9][0-9]{0,\(digitCountMax - 1)}$"
}

extension Cents {
    static let pattern = "^\(digits)$"
    /// An amount as a request may spell it, within a regular expression.
    static let digits = #"[0-9]{1,\#(wholeDigitCountMax)}(\.[0-9]{1,2})?"#
}

// Values that are text on the wire.
extension Schema {
    static let itemNumber = Schema.string(pattern: ItemNumber.pattern).named("ItemNumber")
    /// An amount as answers spell it; sums may pass what one price can be.
    static let amount = Schema.string(pattern: #"^[0-9]+(\.[0-9]{2})?$"#).saying("Money: 10 or 10.50.")
        .named("Amount")
    /// A sum, which what came back may bring below 0.
    static let sum = Schema.string(pattern: #"^-?[0-9]+(\.[0-9]{2})?$"#)
    /// An amount as requests may spell it.
    static let newAmount = Schema.string(pattern: Cents.pattern).named("NewAmount")
    static let time = Schema.string(format: "date-time").named("Time")
    static let count = Schema.integer(min: 0)
    /// A book's version, as a storekeeper last saw it.
    static let version = Schema.integer(0...Int64.max)
    static let outcomeText = Schema.choice(["Success", "Failed"])
}

// What answers are wrapped in.
extension Schema {
    static let image = Schema.string(format: "binary").named("Image")
    static let document = Schema.object().named("Document")
    static let outcome = Schema.result(outcomeText).named("Outcome")

    /// `{"result": …}`
    static func result(_ value: Schema) -> Schema { .object(["result": value]) }

    /// A list whose end is not reached as long as `next` says where to go on.
    static func page(of element: Schema, optional: KeyValuePairs<String, Schema> = [:]) -> Schema {
        .object(["result": .array(of: element), "next": next], optional: optional)
    }

    /// The same with how many there are on all pages.
    static func countedPage(of element: Schema) -> Schema {
        .object(["result": .array(of: element), "next": next, "count": count])
    }

    private static let next = Schema.string.orNull.saying(
        "The value of after, or of page where pages are asked for, that brings what follows; null on the last page."
    ).named("Next")
}
