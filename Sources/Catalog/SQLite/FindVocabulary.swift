internal import GRDB
internal import Storage

/// Each word of titles, authors and topics: of which words one is a part, and which one error away.
struct FindVocabulary {
    struct Word {
        /// Its key in the lists of books.
        let number: Int64
        /// How many books have it.
        let books: Int
    }

    /// Letters of a word by which the vocabulary is asked; the others are compared.
    private static let askedLetterCountMax = 32

    private let database: Database

    init(_ database: Database) { self.database = database }

    func word(_ text: String) throws -> Word? {
        let statement = try HotStatement(database, sql: "SELECT number, books FROM word WHERE text = ?")
        statement.bind(1, text)
        return try statement.first { Word(number: $0[0] ?? 0, books: Int($0[1] ?? 0)) }
    }

    /// The words of which a term is a part; where it is short, of which it is the beginning.
    func words(with term: FindWords.Term) throws -> [Word] {
        let word = term.words[0]
        let statement: HotStatement
        if term.letterCount >= FindWords.insideLetterCountMin {
            statement = try HotStatement(
                database,
                sql: """
                    SELECT number, books FROM part JOIN word ON word.number = part.rowid
                    WHERE part MATCH ? AND instr(word.text, ?) > 0 AND books > 0
                    """)
            let asked = String(String.UnicodeScalarView(word.unicodeScalars.prefix(Self.askedLetterCountMax)))
            // In quotes nothing is an operator. No word has a quote.
            statement.bind(1, "\"\(asked)\"")
            statement.bind(2, word)
        } else {
            statement = try HotStatement(
                database,
                sql: "SELECT number, books FROM word WHERE text >= ? AND text < ? AND books > 0")
            statement.bind(1, word)
            statement.bind(2, word + "\u{10FFFF}")
        }
        var words: [Word] = []
        try statement.forEachRow {
            words.append(Word(number: $0[0] ?? 0, books: Int($0[1] ?? 0)))
            return true
        }
        return words
    }

    /// For each term the words of which one typing error makes it; empty where there are none for any.
    func variants(of words: FindWords) throws -> [[String]] {
        let each = try words.terms.map { $0.mayBeMistyped ? try variants(of: $0.words[0]) : [] }
        return each.allSatisfy(\.isEmpty) ? [] : each
    }

    private func variants(of word: String) throws -> [String] {
        let letters = Array(word.unicodeScalars)
        guard letters.count <= TypingError.letterCountMax else { return [] }
        let statement = try HotStatement(
            database,
            sql: "SELECT text, books FROM half JOIN word ON number = word WHERE key = ? AND books > 0")
        var variants: Set<String> = []
        // A word that is too short itself may lack a letter.
        let isShort = letters.count < FindWords.mistypedLetterCountMin
        let letterCountMin = FindWords.mistypedLetterCountMin - (isShort ? 0 : 1)
        for key in TypingError.halves(around: letters, letterCountMin: letterCountMin) {
            statement.bind(1, key)
            try statement.forEachRow {
                let text = $0.text(0)
                if TypingError.parts(letters, Array(text.unicodeScalars)) { variants.insert(text) }
                return true
            }
        }
        guard !isShort else { return variants.sorted() }
        let swapped = TypingError.swapped(letters)
        if try !swapped.utf8.elementsEqual(word.utf8) && (self.word(swapped)?.books ?? 0) > 0 {
            variants.insert(swapped)
        }
        return variants.sorted()
    }
}
