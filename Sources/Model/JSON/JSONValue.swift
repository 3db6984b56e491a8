/// A JSON value (RFC 8259) as it came. A number keeps its spelling, so that none loses a digit on the way.
package enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    case text(String)
    case number(String)
    case array([JSONValue])
    case object([String: JSONValue])

    /// The members of an object; nil for any other value.
    package var members: [String: JSONValue]? {
        if case .object(let members) = self { members } else { nil }
    }

    /// A string's text; nil for any other value.
    package var text: String? {
        if case .text(let text) = self { text } else { nil }
    }

    /// A number's exact value where it is whole and fits, however it is spelt (`5`, `5.0`, `50e-1`); nil for any
    /// other value.
    package var wholeNumber: Int64? {
        if case .number(let spelling) = self { Self.wholeNumber(spelling) } else { nil }
    }

    /// Digits of the longest whole number of 64 bits.
    private static let digitCountMax = 19

    private static func wholeNumber(_ spelling: String) -> Int64? {
        // Nearly every number is spelt plainly.
        if let number = Int64(spelling) { return number }
        let parts = spelling.lowercased().split(separator: "e", maxSplits: 1)
        let mantissa = parts[0].split(separator: ".", maxSplits: 1)
        let fraction = mantissa.count > 1 ? String(mantissa[1]) : ""
        var digits = (String(mantissa[0]) + fraction).drop { $0 == "-" || $0 == "0" }
        guard !digits.isEmpty else { return 0 }
        // A request has room for fewer digits than such an exponent would have to make up for.
        let exponents = -1_000_000_000...Int64(1_000_000_000)
        guard let exponent = parts.count > 1 ? Int64(parts[1]) : 0, exponents.contains(exponent) else {
            return nil
        }
        var zeroCount = exponent - Int64(fraction.utf8.count)
        while zeroCount < 0, digits.last == "0" {
            digits.removeLast()
            zeroCount += 1
        }
        guard zeroCount >= 0, Int64(digits.utf8.count) + zeroCount <= digitCountMax else { return nil }
        let zeros = String(repeating: "0", count: Int(zeroCount))
        return Int64("\(spelling.hasPrefix("-") ? "-" : "")\(digits)\(zeros)")
    }
}
