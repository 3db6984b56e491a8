/// Text from files and other programs as a message may show it: with nothing in it that moves a terminal's
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

    /// Control characters, line breaks and what changes the direction of the text are not; nor is what shows
    /// nothing at all and could hide in a name.
    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x00...0x1F, 0x7F...0x9F: false
        case 0x061C, 0x200B, 0x200E, 0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF, 0xFFF9...0xFFFB: false
        case 0xE0000...0xE007F: false
        default: true
        }
    }
}
