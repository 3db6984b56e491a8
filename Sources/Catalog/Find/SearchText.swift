internal import Foundation
internal import Model

/// Text as find compares it: without case and accents, its words parted by single blanks.
enum SearchText {
    /// The words of `text`, folded.
    static func words(_ text: String) -> [Substring] {
        fold(text).split { $0.isWhitespace || $0.isNewline }
    }

    /// Another number whenever a book's entry or the folding of words changes: an index of another version is made
    /// again.
    static let version = 3

    /// What a book is found by: each word has a blank before it.
    static func entry(of book: Book) -> String {
        (words(book.title) + words(book.topic)).reduce(into: "") { $0 += " " + $1 }
    }

    /// The index has groups of so many characters. Shorter words are looked for where a word begins.
    static let indexedLength = 3

    /// The words that have to be looked for: each once, and none that is found with another.
    static func needed(_ words: [String]) -> [String] {
        var needed: [String] = []
        for word in words where !needed.contains(word) {
            let isPart =
                word.unicodeScalars.count >= indexedLength
                && words.contains { $0.utf8.count > word.utf8.count && $0.contains(word) }
            if !isPart { needed.append(word) }
        }
        return needed
    }

    /// Groups of ``indexedLength`` characters of the words, different ones, at most `countMax`: the first of
    /// each word, the longest word first, then each one's last and its middle one, which say most together.
    static func indexedGroups(of words: [String], countMax: Int) -> [String] {
        let texts = words.map { Array($0.unicodeScalars) }.filter { $0.count >= indexedLength }
            .sorted { $0.count > $1.count }
        var groups: [String] = []
        for place in [0.0, 1.0, 0.5, 0.25, 0.75] {
            for text in texts where groups.count < countMax {
                let start = Int(Double(text.count - indexedLength) * place)
                let group = String(String.UnicodeScalarView(text[start..<start + indexedLength]))
                // Compared by their bytes: letters that look alike are different entries of the index.
                if !groups.contains(where: { $0.utf8.elementsEqual(group.utf8) }) { groups.append(group) }
            }
        }
        return groups
    }

    private static func fold(_ text: String) -> String {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.lowercased() }
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
            case "’", "‘": folded.append("'")
            default:
                if scalar.properties.generalCategory != .nonspacingMark { folded.append(scalar) }
            }
        }
        return String(folded)
    }
}
