@_spi(_Unicode) internal import Swift

/// What titles, topics and the notes of storekeepers may hold: text that shows something, shows it as it is, and
/// stays on its line in a log.
///
/// It is kept in Unicode's composed form (NFC) and without blanks at its ends, so that a topic is one topic however
/// it was typed. Texts of the past are only composed, never refused: see ``BookLine/parse(logged:)``.
package enum ShopText {
    /// The longest title, in UTF-8 bytes of its composed form.
    package static let titleByteCountMax = 1024
    /// The longest topic, in UTF-8 bytes of its composed form.
    package static let topicByteCountMax = 256
    /// How much longer a text can get by being composed, in UTF-8 (Unicode Standard Annex #15: U+1D160).
    static let compositionGrowthMax = 3

    /// `text` in composed form (NFC), as the topic of a query is compared.
    package static func composed(_ text: String) -> String {
        if isASCII(text) { return text }
        var composed = String.UnicodeScalarView()
        for scalar in text._nfc { composed.append(scalar) }
        return String(composed)
    }

    /// `text` as it is kept: in composed form, without blanks at its ends.
    package static func kept(_ text: String) -> String {
        let text = composed(text)
        guard let first = text.unicodeScalars.first, let last = text.unicodeScalars.last,
            isBlank(first) || isBlank(last)
        else { return text }
        let scalars = text.unicodeScalars.drop(while: isBlank)
        let end = scalars.lastIndex { !isBlank($0) }.map { scalars.index(after: $0) } ?? scalars.startIndex
        return String(scalars[..<end])
    }

    /// Why `text` cannot be kept as a title, topic or note, or nil when it can. Blanks at its ends do not count.
    package static func fault(in text: String, byteCountMax: Int) -> String? {
        let text = kept(text)
        if let fault = lineFault(in: text, byteCountMax: byteCountMax) { return fault }
        if isASCII(text) { return nil }
        var isVisible = false
        for scalar in text.unicodeScalars {
            if isDirectionControl(scalar) {
                return "holds a control character that turns the direction of text round (U+\(hex(scalar)))"
            }
            if scalar.properties.isNoncharacterCodePoint {
                return "holds a code that stands for no character (U+\(hex(scalar)))"
            }
            isVisible = isVisible || shows(scalar)
        }
        return isVisible ? nil : "is empty"
    }

    /// Why `text` cannot be asked for, as a topic or as words, or nil when it can: all that a line of a log can hold.
    ///
    /// Line breaks of every kind and other control characters are refused: the logs hold one entry a
    /// line, and a topic that could break the line could forge an entry.
    package static func lineFault(in text: String, byteCountMax: Int) -> String? {
        if text.utf8.isEmpty { return "is empty" }
        if text.utf8.count > byteCountMax { return "is longer than \(byteCountMax) bytes" }
        if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return nil }
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x00...0x1F, 0x7F...0x9F, 0x2028, 0x2029: return "holds a control character or line break"
            default: continue
            }
        }
        return nil
    }

    private static func isASCII(_ text: String) -> Bool { text.utf8.allSatisfy { $0 < 0x80 } }

    private static func hex(_ scalar: Unicode.Scalar) -> String {
        String(scalar.value, radix: 16, uppercase: true)
    }

    /// What is taken off the ends: spaces of every width, and marks without any. Joiners and variation selectors stay:
    /// they belong to the character before them.
    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x20: true
        case ..<0xA0: false
        // Zero-width space, word joiner, byte-order mark, and Mongolian vowel separator.
        case 0x200B, 0x2060, 0xFEFF, 0x180E: true
        default: scalar.properties.generalCategory == .spaceSeparator
        }
    }

    /// Embeddings, overrides and isolates (Unicode Standard Annex #9): they can make a title read as another.
    private static func isDirectionControl(_ scalar: Unicode.Scalar) -> Bool {
        (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
    }

    /// Whether a character is seen on a page.
    private static func shows(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.properties.isWhitespace || scalar.properties.isDefaultIgnorableCodePoint { return false }
        // The empty Braille pattern.
        if scalar.value == 0x2800 { return false }
        switch scalar.properties.generalCategory {
        case .control, .format, .unassigned, .surrogate, .spaceSeparator, .lineSeparator, .paragraphSeparator:
            return false
        default: return true
        }
    }
}
