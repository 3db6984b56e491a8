internal import Foundation

/// Text as find compares it: without case and accents, its words parted by single blanks.
enum SearchText {
    /// The words of `text`, folded.
    static func words(_ text: String) -> [Substring] {
        fold(text).split { $0.isWhitespace || $0.isNewline }
    }

    /// What a title and topic are found by: each word has a blank before it.
    static func entry(title: String, topic: String) -> String {
        (words(title) + words(topic)).reduce(into: "") { $0 += " " + $1 }
    }

    /// Words of fewer characters are not in the index of three characters each.
    static let indexedLengthMin = 3

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
            case "’", "‘": folded.append("'")
            default:
                if scalar.properties.generalCategory != .nonspacingMark { folded.append(scalar) }
            }
        }
        return String(folded)
    }
}
