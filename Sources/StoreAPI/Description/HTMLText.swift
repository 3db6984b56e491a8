/// Text inside HTML and SVG.
package enum HTMLText {
    /// `text` with the characters replaced that mean something there, also inside a quoted attribute.
    package static func escape(_ text: String) -> String {
        var escaped = ""
        // Scalars, not characters: a quote with an accent on it is a quote to a browser.
        for character in text.unicodeScalars {
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }
}
