internal import Foundation
internal import Model

/// Text as find compares it: without case, accents and punctuation.
///
/// A word is a run of letters, digits and the marks that belong to them. In scripts without blanks between words
/// each character is a word of its own. All comparing is by scalars or bytes: Swift's `==` takes letters for equal
/// that are different entries of the index.
enum SearchText {
    /// Another number whenever a book's entry or the folding changes: an index of another version is made again.
    static let version = 5

    struct Word: Sendable {
        let text: String
        /// Whether it stands right behind the one before, as characters of Chinese do.
        let isJoined: Bool
    }

    /// Words with a blank before and behind each; empty where there are none.
    static func line(of words: some Sequence<String>) -> String {
        let joined = words.joined(separator: " ")
        return joined.utf8.isEmpty ? "" : " " + joined + " "
    }

    /// The words of a text with a blank before and behind each; empty where there are none.
    static func line(_ text: String) -> String { line(of: words(text).lazy.map(\.text)) }

    /// The words of a text, folded.
    static func words(_ text: String) -> [Word] {
        let scalars = fold(text)
        var words: [Word] = []
        var word = String.UnicodeScalarView()
        var isIdeograph = false
        var isJoined = false
        func end() {
            if !word.isEmpty { words.append(Word(text: String(word), isJoined: isJoined)) }
            word = String.UnicodeScalarView()
            isIdeograph = false
            isJoined = false
        }
        for (index, scalar) in scalars.enumerated() {
            switch kind(of: scalar) {
            case .letter:
                if isIdeograph { end() }
                word.append(scalar)
            case .mark: if !word.isEmpty { word.append(scalar) }
            case .ideograph:
                let joins = isIdeograph
                end()
                word.append(scalar)
                isIdeograph = true
                isJoined = joins
            case .other:
                if !word.isEmpty, !isIdeograph, belongs(scalar, at: index, in: scalars) {
                    if isNameSign(scalar) { word.append(scalar) }
                } else {
                    end()
                }
            }
        }
        end()
        return words
    }

    /// Whether a word is of letters only, in a script that parts its words.
    static func isOfLetters(_ word: String) -> Bool {
        word.unicodeScalars.allSatisfy { scalar in
            switch kind(of: scalar) {
            case .letter: !isDigit(scalar)
            case .mark: true
            case .ideograph, .other: false
            }
        }
    }

    // MARK: Characters

    private enum Kind { case letter, mark, ideograph, other }

    private static func kind(of scalar: Unicode.Scalar) -> Kind {
        switch scalar.value {
        case 0x30...0x39, 0x61...0x7A: return .letter
        case ..<0x80: return .other
        // Kana with its iteration and length marks, but not its middle dot; Bopomofo; Han; Hangul.
        case 0x3005...0x3007, 0x3021...0x3029, 0x3041...0x3096, 0x309D...0x309F, 0x30A1...0x30FA,
            0x30FC...0x30FF, 0x3105...0x312F, 0x31F0...0x31FF, 0x3400...0x4DBF, 0x4E00...0x9FFF,
            0xAC00...0xD7A3, 0xF900...0xFAFF, 0x20000...0x3FFFD:
            return .ideograph
        default: break
        }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
            .decimalNumber, .letterNumber, .otherNumber:
            return .letter
        case .nonspacingMark, .spacingMark, .enclosingMark: return .mark
        default: return .other
        }
    }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { (0x30...0x39).contains(scalar.value) }

    /// Whether a sign inside a word does not end it: an apostrophe between letters, a separator of thousands, and
    /// what follows the one letter of a name such as C++ or F#.
    private static func belongs(_ scalar: Unicode.Scalar, at index: Int, in scalars: [Unicode.Scalar]) -> Bool
    {
        let before = scalars[index - 1]
        let next = index + 1 < scalars.count ? scalars[index + 1] : " "
        switch scalar {
        case "'" where !isDigit(before): return kind(of: next) == .letter
        case ",", ".", "'":
            let group = scalars[(index + 1)...].prefix(4)
            return isDigit(before) && group.count >= 3 && group.prefix(3).allSatisfy(isDigit)
                && !(group.count == 4 && group.last.map(isDigit) == true)
        case _ where isNameSign(scalar):
            guard kind(of: next) != .letter,
                let start = scalars[..<index].lastIndex(where: { !isNameSign($0) })
            else { return false }
            return kind(of: scalars[start]) == .letter
                && (start == 0 || [.other, .ideograph].contains(kind(of: scalars[start - 1])))
        default: return false
        }
    }

    private static func isNameSign(_ scalar: Unicode.Scalar) -> Bool { scalar == "+" || scalar == "#" }

    // MARK: Folding

    private static func fold(_ text: String) -> [Unicode.Scalar] {
        if text.utf8.allSatisfy({ $0 < 0x80 }) {
            return text.utf8.map { Unicode.Scalar((0x41...0x5A).contains($0) ? $0 + 0x20 : $0) }
        }
        var folded = String.UnicodeScalarView()
        for scalar in text.decomposedStringWithCompatibilityMapping.lowercased().unicodeScalars {
            switch scalar {
            // Letters that Unicode does not take apart, but people do.
            case "ß": folded.append(contentsOf: "ss".unicodeScalars)
            case "æ": folded.append(contentsOf: "ae".unicodeScalars)
            case "œ": folded.append(contentsOf: "oe".unicodeScalars)
            case "ø": folded.append("o")
            case "đ", "ð": folded.append("d")
            case "ł": folded.append("l")
            case "ı": folded.append("i")
            case "þ": folded.append(contentsOf: "th".unicodeScalars)
            // At the end of a word it looks another way, and people type it either way.
            case "ς": folded.append("σ")
            // Apostrophes, also the letter and the primes that are typed for one.
            case "’", "‘", "‛", "ʼ", "ʹ", "′", "`", "´": folded.append("'")
            default: if !isIgnored(scalar) { folded.append(scalar) }
            }
        }
        return Array(ShopText.composed(String(folded)).unicodeScalars)
    }

    /// Accents and points, which many leave out, and characters that do not show: soft hyphens, joiners, marks of
    /// direction, variation selectors. The marks of kana and the vowel signs of India and Thailand make other letters.
    private static func isIgnored(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0300...0x036F, 0x0483...0x0487, 0x0591...0x05BD, 0x05BF, 0x05C1...0x05C2, 0x05C4...0x05C5,
            0x05C7,
            0x0610...0x061A, 0x0640, 0x064B...0x065F, 0x0670, 0x06D6...0x06DC, 0x06DF...0x06E8,
            0x06EA...0x06ED,
            0x1AB0...0x1AFF, 0x1DC0...0x1DFF, 0x20D0...0x20FF, 0xFE00...0xFE0F, 0xFE20...0xFE2F,
            0xE0100...0xE01EF:
            true
        case ..<0x0300: scalar.value == 0xAD
        default: scalar.properties.generalCategory == .format
        }
    }
}
