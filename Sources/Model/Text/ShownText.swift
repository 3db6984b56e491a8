/// Text from outside as a message, a log or a terminal may show it: with nothing in it that ends a line, moves a
/// cursor, colours it or turns the direction of reading around, and not longer than a reader wants.
package enum ShownText {
    /// Scalars of a value that a message quotes: enough to find it in its file, few enough to leave the rest
    /// of the message in sight.
    package static let quotedScalarCountMax = 80
    /// Scalars of one line of a message: some lines of a terminal.
    package static let lineScalarCountMax = 1_000

    /// `text` with what is not printable as `\u{1B}`, and cut off after `scalarCountMax` with a `…`.
    ///
    /// - Parameter keepsLineFeeds: leaves line feeds and tabs as they are, for texts of several lines.
    package static func escaped(
        _ text: some StringProtocol, scalarCountMax: Int = .max, keepsLineFeeds: Bool = false
    ) -> String {
        if text.utf8.count <= scalarCountMax, text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) {
            return String(text)
        }
        var shown = ""
        for (count, scalar) in text.unicodeScalars.enumerated() {
            guard count < scalarCountMax else { return shown + "…" }
            if isPrintable(scalar) || keepsLineFeeds && (scalar == "\n" || scalar == "\t") {
                shown.unicodeScalars.append(scalar)
            } else {
                shown += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
            }
        }
        return shown
    }

    /// `text` in single quotes, escaped and cut off.
    package static func quoted(_ text: some StringProtocol) -> String {
        "'\(escaped(text, scalarCountMax: quotedScalarCountMax))'"
    }

    /// Each line of `text`, escaped and cut off.
    package static func lines(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false)
            .map { escaped($0, scalarCountMax: lineScalarCountMax) }.joined(separator: "\n")
    }

    /// A JSON string's text with `\u` escapes in the place of what is not printable.
    package static func escapedJSON(_ text: String) -> String {
        var shown = ""
        for scalar in text.unicodeScalars {
            if isPrintable(scalar) {
                shown.unicodeScalars.append(scalar)
            } else {
                for unit in UTF16.encode(scalar) ?? .init() {
                    let digits = String(unit, radix: 16)
                    shown += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                }
            }
        }
        return shown
    }

    /// Controls, line breaks, marks of direction, what shows nothing and could hide in a name, and code points without a
    /// character are not. Joiners are: they belong to the signs beside them.
    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x20..<0x7F, 0x200C, 0x200D: return true
        default: break
        }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned:
            return false
        default: return true
        }
    }
}
