internal import Model

/// Command lines as they can be copied into a shell.
enum ShellLine {
    /// The command of `arguments`, with `--key` set to a key.
    static func repeating(_ arguments: [String], key: IdempotencyKey) -> String {
        var words: [String] = []
        var isKey = false
        for argument in arguments {
            if isKey {
                isKey = false
            } else if argument == "--key", !words.contains("--") {
                isKey = true
            } else if !argument.hasPrefix("--key=") || words.contains("--") {
                words.append(argument)
            }
        }
        // Behind `--` everything is an argument.
        words.insert(contentsOf: ["--key", key.field], at: words.firstIndex(of: "--") ?? words.endIndex)
        return words.map(quoted).joined(separator: " ")
    }

    /// A word as the shell reads it back: bare where it is harmless, else in quotes.
    static func quoted(_ word: String) -> String {
        let isBare = !word.isEmpty && word.utf8.allSatisfy { plain.contains($0) }
        if isBare { return word }
        if word.unicodeScalars.allSatisfy({ ShownText.escaped(String($0)) == String($0) }) {
            return "'" + word.replacing("'", with: #"'\''"#) + "'"
        }
        var text = "$'"
        for byte in word.utf8 {
            if byte < 0x20 || byte >= 0x7F {
                text += "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
            } else {
                if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\\") { text += "\\" }
                text.unicodeScalars.append(Unicode.Scalar(byte))
            }
        }
        return text + "'"
    }

    private static let plain = Set(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=+:,./@%".utf8)
}
