/// Text from outside on its way into a log or onto a terminal.
package enum PrintableText {
    /// `text` with an escape, `\u{1B}`, in the place of each character that is not printed as a sign of its own:
    /// controls, line and paragraph separators, marks of direction, invisible ones, code points that have no
    /// character. One that stays as it is cannot end a line, move a cursor or turn what is beside it around.
    package static func escaped(_ text: String) -> String {
        escaped(text) { "\\u{\(String($0.value, radix: 16, uppercase: true))}" }
    }

    /// A JSON string's text with `\u` escapes in the place of the same characters.
    static func escapedJSON(_ text: String) -> String {
        escaped(text) { scalar in
            UTF16.encode(scalar)?.reduce("") { escapes, unit in
                let digits = String(unit, radix: 16)
                return escapes + "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            } ?? ""
        }
    }

    private static func escaped(_ text: String, by escape: (Unicode.Scalar) -> String) -> String {
        // Nearly every text is ASCII without controls.
        guard !text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            if isPrintable(scalar) {
                result.unicodeScalars.append(scalar)
            } else {
                result += escape(scalar)
            }
        }
        return result
    }

    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned:
            false
        default: true
        }
    }
}
