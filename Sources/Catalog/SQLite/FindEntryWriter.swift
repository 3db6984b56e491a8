internal import GRDB
internal import Model
internal import Storage

/// Writes what books are found by, in a transaction that may take in many.
///
/// Beside the entries there is a vocabulary: each word of titles, authors and topics once, with how many books have
/// it. Parts of words and typing errors are looked up there. Which books have a word says ``FindWordLists``, and for
/// descriptions, whose words are many and are found whole only, an index of the database.
struct FindEntryWriter {
    /// What has become of a word.
    private struct WordChange {
        /// By how much the number of books that have it has changed.
        var books: Int64 = 0
        var places: [FindWordLists.Change] = []
    }

    /// Longer descriptions are found by their beginning.
    private static let descriptionWordCountMax = 2_000

    private let database: Database
    private var words: [String: WordChange] = [:]

    init(_ database: Database) { self.database = database }

    static func createTables(in database: Database) throws {
        // Words are parted by blanks when they come here, so the tokenizer has nothing to decide.
        try database.execute(
            sql: """
                CREATE TABLE entry (
                    item_number INTEGER PRIMARY KEY, title TEXT NOT NULL, main_title_count INTEGER NOT NULL,
                    authors TEXT NOT NULL, topic TEXT NOT NULL, isbn TEXT, is_described INTEGER NOT NULL
                ) STRICT;
                CREATE INDEX entry_title ON entry (title);
                CREATE INDEX entry_isbn ON entry (isbn) WHERE isbn IS NOT NULL;
                CREATE TABLE description (item_number INTEGER PRIMARY KEY, words TEXT NOT NULL) STRICT;
                CREATE VIRTUAL TABLE described USING fts5(
                    words, content = '', detail = 'none', columnsize = 0, tokenize = "ascii tokenchars '+#'");
                CREATE TABLE word (
                    number INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE, books INTEGER NOT NULL
                ) STRICT;
                CREATE VIRTUAL TABLE part USING fts5(
                    text, content = 'word', content_rowid = 'number', tokenize = 'trigram');
                CREATE TABLE half (key TEXT NOT NULL, word INTEGER NOT NULL, PRIMARY KEY (key, word))
                    STRICT, WITHOUT ROWID;
                \(FindWordLists.tables)
                """)
    }

    /// Takes a book in, in place of what it was before.
    mutating func put(_ book: Book, _ facts: BookFacts) throws {
        try remove(book.item)
        let title = SearchText.line(book.title)
        let authors = facts.authors.map { SearchText.line($0) }.joined(separator: "|")
        let topic = SearchText.line(book.topic)
        let description = SearchText.line(
            of: SearchText.words(facts[.description] ?? "").prefix(Self.descriptionWordCountMax).map(\.text))
        try run(
            """
            INSERT INTO entry (item_number, title, main_title_count, authors, topic, isbn, is_described)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """,
            [
                book.item.value, title, Self.mainTitleCount(of: book.title, line: title), authors, topic,
                facts[.isbn], !description.isEmpty,
            ])
        if !description.isEmpty {
            try run("INSERT INTO description VALUES (?, ?)", [book.item.value, description])
            try run("INSERT INTO described (rowid, words) VALUES (?, ?)", [book.item.value, description])
        }
        note(book.item, title: title, others: [authors, topic], isThere: true)
    }

    mutating func remove(_ item: ItemNumber) throws {
        let statement = try database.cachedStatement(
            sql: """
                SELECT title, authors, topic, ifnull(words, '')
                FROM entry LEFT JOIN description USING (item_number) WHERE item_number = ?
                """)
        guard let row = try Row.fetchOne(statement, arguments: [item.value]) else { return }
        let (title, authors, topic, description): (String, String, String, String) = (
            row[0], row[1], row[2], row[3]
        )
        if !description.isEmpty {
            try run(
                "INSERT INTO described (described, rowid, words) VALUES ('delete', ?, ?)",
                [item.value, description])
            try run("DELETE FROM description WHERE item_number = ?", [item.value])
        }
        try run("DELETE FROM entry WHERE item_number = ?", [item.value])
        note(item, title: title, others: [authors, topic], isThere: false)
    }

    /// Brings the vocabulary and the lists up to what was put and removed.
    ///
    /// - Returns: how many changes of the lists were written.
    mutating func finish() throws -> Int64 {
        for (word, change) in words {
            try FindWordLists.write(
                change.places, of: try number(of: word, books: change.books), in: database)
        }
        defer { words = [:] }
        return words.values.reduce(0) { $0 + Int64($1.places.count) }
    }

    /// Counts a word's books; one that is not in the vocabulary is taken in.
    private func number(of word: String, books: Int64) throws -> Int64 {
        let statement = try HotStatement(
            database, sql: "UPDATE word SET books = books + ? WHERE text = ? RETURNING number")
        statement.bind(1, books)
        statement.bind(2, word)
        return try statement.first { $0[0] }.flatMap(\.self) ?? learn(word, books: books)
    }

    private func learn(_ word: String, books: Int64) throws -> Int64 {
        try run("INSERT INTO word (text, books) VALUES (?, ?)", [word, books])
        let number = database.lastInsertedRowID
        try run("INSERT INTO part (rowid, text) VALUES (?, ?)", [number, word])
        let letters = Array(word.unicodeScalars)
        // One letter can be missing in a word that is long enough.
        guard (FindWords.mistypedLetterCountMin - 1...TypingError.letterCountMax).contains(letters.count),
            SearchText.isOfLetters(word)
        else { return number }
        for key in TypingError.halves(of: letters) {
            try run("INSERT INTO half (key, word) VALUES (?, ?)", [key, number])
        }
        return number
    }

    private mutating func note(_ item: ItemNumber, title: String, others: [String], isThere: Bool) {
        let (titleWords, otherWords) = (Self.words(of: [title]), Self.words(of: others))
        for (some, isTitle) in [(titleWords, true), (otherWords, false)] {
            for word in some {
                words[word, default: WordChange()].places.append(
                    FindWordLists.Change(item: item.value, isTitle: isTitle, isThere: isThere))
            }
        }
        for word in titleWords.union(otherWords) {
            words[word, default: WordChange()].books += isThere ? 1 : -1
        }
    }

    private static func words(of lines: [String]) -> Set<String> {
        Set(lines.flatMap { $0.split { $0 == " " || $0 == "|" } }.map(String.init))
    }

    private func run(_ sql: String, _ arguments: StatementArguments) throws {
        let statement = try database.cachedStatement(sql: sql)
        statement.setUncheckedArguments(arguments)
        try statement.execute()
    }

    /// How much of a title's line stands before its subtitle.
    private static func mainTitleCount(of title: String, line: String) -> Int {
        let ends = [":", ";", "(", " – ", " — ", " - ", ", or "]
        let end = ends.compactMap { title.firstRange(of: $0)?.lowerBound }.min()
        guard let end else { return line.utf8.count }
        let main = SearchText.line(String(title[..<end]))
        return !main.isEmpty && line.utf8.starts(with: main.utf8) ? main.utf8.count : line.utf8.count
    }
}
