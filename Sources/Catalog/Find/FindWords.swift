internal import Model

/// What somebody typed to find a book, taken apart.
struct FindWords: Sendable {
    /// A word, or several that follow one another.
    struct Term: Sendable {
        let words: [String]
        /// Only whole words: in quotes, or characters of a script without blanks.
        let isWhole: Bool

        /// The words as they stand in a folded text, with blanks around.
        let line: [UInt8]
        /// Its letters where it is one word.
        let letterCount: Int

        init(_ words: [String], isWhole: Bool) {
            self.words = words
            self.isWhole = isWhole
            line = Array(SearchText.line(of: words).utf8)
            letterCount = words.count == 1 ? words[0].unicodeScalars.count : 0
        }

        /// What is looked for at the beginning of a word, and inside one.
        var beginning: ArraySlice<UInt8> { line.dropLast() }
        var inside: ArraySlice<UInt8> { line.dropFirst().dropLast() }

        /// Whether one typing error is forgiven. A letter may be missing in what was typed.
        var mayBeMistyped: Bool {
            !isWhole && letterCount >= FindWords.mistypedLetterCountMin - 1
                && SearchText.isOfLetters(words[0])
        }
    }

    /// Words of fewer letters are found at the beginning of a word only.
    static let insideLetterCountMin = 3
    /// In shorter words no error is forgiven: either the word that was typed or the one that was meant has so many.
    static let mistypedLetterCountMin = 5

    /// All of them have to be there.
    let terms: [Term]
    /// All words as a title that is just these.
    let line: [UInt8]
    /// The book of this number is meant as well.
    let item: ItemNumber?
    /// The books with this ISBN are meant as well.
    let isbn: ISBN?

    /// - Returns: nil where there is no word.
    init?(_ text: String) {
        var terms: [Term] = []
        var words: [String] = []
        for (part, isQuoted) in Self.parts(of: text) {
            var run: [SearchText.Word] = []
            func end() {
                guard !run.isEmpty else { return }
                let isWhole = isQuoted || run.count > 1
                terms.append(Term(run.map(\.text), isWhole: isWhole))
                run = []
            }
            for word in SearchText.words(part) {
                if !word.isJoined, !isQuoted { end() }
                run.append(word)
                words.append(word.text)
            }
            end()
        }
        guard !terms.isEmpty else { return nil }
        line = Array(SearchText.line(of: words).utf8)
        item = words.count == 1 ? ItemNumber(parsing: words[0]) : nil
        isbn = Self.isbn(in: text)
        // Each once; the last one stays the last, for it may be unfinished.
        var seen: Set<[UInt8]> = []
        self.terms = terms.reversed().filter { seen.insert($0.line).inserted }.reversed()
    }

    private static func isbn(in text: String) -> ISBN? {
        let prefix = "isbn"
        guard text.utf8.count > prefix.utf8.count, text.prefix(prefix.count).lowercased() == prefix else {
            return ISBN(parsing: text)
        }
        return ISBN(parsing: String(text.dropFirst(prefix.count).drop { $0 == ":" || $0 == " " }))
    }

    /// The text by what stands in quotes and what does not; a quote without its other one is none.
    private static func parts(of text: String) -> [(text: String, isQuoted: Bool)] {
        let quotes: Set<Unicode.Scalar> = ["\"", "“", "”", "„", "‟", "«", "»", "＂"]
        let parts = text.unicodeScalars.split(omittingEmptySubsequences: false) { quotes.contains($0) }
        return parts.enumerated().map { index, part in
            (String(String.UnicodeScalarView(part)), index % 2 == 1 && index < parts.count - 1)
        }
    }
}
