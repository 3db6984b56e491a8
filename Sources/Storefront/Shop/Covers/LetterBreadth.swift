/// An estimate of how wide letters are on a line: a server does not know its readers' fonts.
enum LetterBreadth {
    /// The breadth of `text` in ems of a serif font.
    static func ems(of text: some StringProtocol) -> Double {
        text.reduce(0) { $0 + ems(of: $1) }
    }

    /// The longest start of `text` within both limits, and at least one letter.
    static func longestStart(of text: Substring, lengthMax: Int, emsMax: Double) -> Substring {
        var sum = 0.0
        var end = text.startIndex
        var count = 0
        for index in text.indices {
            sum += ems(of: text[index])
            count += 1
            if count > 1, count > lengthMax || sum > emsMax { break }
            end = text.index(after: index)
        }
        return text[..<end]
    }

    /// `text` cut to both limits, with an ellipsis where something is left out.
    static func clipped(_ text: String, lengthMax: Int, emsMax: Double) -> String {
        guard text.count > lengthMax || ems(of: text) > emsMax else { return text }
        return longestStart(of: text[...], lengthMax: lengthMax - 1, emsMax: emsMax - 1) + "…"
    }

    /// Whether a letter is as wide as it is high, like East Asian letters and emoji.
    static func isWide(_ letter: Character) -> Bool {
        guard let scalar = letter.unicodeScalars.first else { return false }
        switch scalar.value {
        case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
            0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F000...0x1FAFF, 0x20000...0x3FFFD:
            return true
        default: return false
        }
    }

    /// The width in DejaVu Serif Bold, the widest of the fonts that a browser may choose.
    private static func ems(of letter: Character) -> Double {
        switch letter {
        case "i", "j", "l", "I", ".", ",", ":", ";", "'", "’", "!", "|", "(", ")", " ", "-": 0.37
        case "f", "r", "t", "J": 0.47
        case "m", "w", "@", "%", "—", "…": 1
        case "M", "W": 1.12
        default: isWide(letter) ? 1.05 : letter.isUppercase ? 0.8 : 0.66
        }
    }
}
