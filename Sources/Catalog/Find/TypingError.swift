/// One letter too many, too few, another one, or two in the wrong order (the distance of Damerau and Levenshtein, 1).
enum TypingError {
    /// Whether one such error, and not none, makes one word of the other.
    static func parts(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Bool {
        if left.count > right.count { return parts(right, left) }
        guard right.count - left.count <= 1 else { return false }
        guard let first = zip(left, right).enumerated().first(where: { $0.element.0 != $0.element.1 })?.offset
        else { return left.count < right.count }
        if left.count < right.count { return left[first...] == right[(first + 1)...] }
        if left[(first + 1)...] == right[(first + 1)...] { return true }
        return first + 1 < left.count && left[first] == right[first + 1] && left[first + 1] == right[first]
            && left[(first + 2)...] == right[(first + 2)...]
    }

    /// Longer words are compared with none.
    static let letterCountMax = 64

    /// The halves by which a word is looked up: an error leaves one of them as it is.
    static func halves(of word: [Unicode.Scalar]) -> [String] {
        let middle = word.count / 2
        return [head(word[..<middle], of: word.count), tail(word[middle...], of: word.count)]
    }

    /// The halves of all words that one error makes `word` of and that have so many letters, but one: see ``swapped(_:)``.
    static func halves(around word: [Unicode.Scalar], letterCountMin: Int = 0) -> [String] {
        (max(letterCountMin, word.count - 1)...word.count + 1).flatMap { count in
            let middle = count / 2
            return [head(word.prefix(middle), of: count), tail(word.suffix(count - middle), of: count)]
        }
    }

    /// The word with the two letters on either side of its middle in the other order: of neither word a half is left.
    static func swapped(_ word: [Unicode.Scalar]) -> String {
        var word = word
        word.swapAt(word.count / 2 - 1, word.count / 2)
        return text(word[...])
    }

    private static func head(_ half: ArraySlice<Unicode.Scalar>, of count: Int) -> String {
        "\(count)<" + text(half)
    }

    private static func tail(_ half: ArraySlice<Unicode.Scalar>, of count: Int) -> String {
        "\(count)>" + text(half)
    }

    private static func text(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        String(String.UnicodeScalarView(scalars))
    }
}
