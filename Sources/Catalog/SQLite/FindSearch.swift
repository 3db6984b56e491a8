internal import GRDB
internal import Model
internal import Storage

/// The questions of one search to the index.
struct FindSearch {
    /// Numbers of books in their order.
    struct Candidates {
        var items: [ItemNumber]
        /// Whether all of them have all words; else each has to be looked at.
        let isSure: Bool
    }

    /// A word of the vocabulary with the number of books that have it.
    private typealias Known = (text: String, books: Int)

    /// So few books are looked at one by one sooner than that the index is asked about a further word.
    private static let lookedAtCountMax = 500
    /// What it costs to look at a book, in entries of the index that are read meanwhile.
    private static let entriesPerBook = 10
    /// Words in one question to the index: it asks each of them at each step.
    private static let wordsAtOnceMax = 32
    /// Letters of a word by which the vocabulary is asked; the others are compared.
    private static let askedLetterCountMax = 32
    /// Books whose titles begin with the words, in the order of the titles.
    private static let beginningCountMax = 200

    private let database: Database
    private let isWanted: () -> Bool

    init(_ database: Database, isWanted: @escaping () -> Bool) {
        self.database = database
        self.isWanted = isWanted
    }

    // MARK: Who has the words

    /// The books that have all words somewhere, whole or in part, among them all that do.
    ///
    /// The rarest word comes first. The others narrow down what it gives, or are left to be looked for in each book.
    ///
    /// - Parameter variants: for each term what it may have been before a typing error; empty for none.
    func candidates(for words: FindWords, variants: [[String]] = []) throws -> Candidates {
        var isSure = true
        var items: [ItemNumber]?
        let rarity = try words.terms.map { try $0.words.map(bookCount).min() ?? 0 }
        for index in words.terms.indices.sorted(by: { rarity[$0] < rarity[$1] }) {
            let term = words.terms[index]
            if let items, items.count <= Self.lookedAtCountMax {
                isSure = isSure && items.isEmpty
                break
            }
            let known =
                try term.isWhole ? [] : vocabulary(with: term) + of(variants.isEmpty ? [] : variants[index])
            if let items, known.reduce(0, { $0 + $1.books }) / Self.entriesPerBook > items.count {
                isSure = false
                continue
            }
            let having = try books(with: term, known)
            items = items.map { ItemNumber.common($0, having) } ?? having
            if term.words.count > 1 { isSure = false }
        }
        let meant = try books(meantBy: words)
        return Candidates(items: ItemNumber.united([items ?? [], meant]), isSure: isSure)
    }

    /// The books whose number or ISBN was typed.
    func books(meantBy words: FindWords) throws -> [ItemNumber] {
        var items = try isbnBooks(of: words)
        if let item = words.item, try Self.entry(of: item, by: entryStatement) != nil { items.append(item) }
        return items.sorted()
    }

    private func isbnBooks(of words: FindWords) throws -> [ItemNumber] {
        guard let isbn = words.isbn else { return [] }
        return try items("SELECT item_number FROM entry WHERE isbn = ?", isbn.description)
    }

    private func books(with term: FindWords.Term, _ known: [Known]) throws -> [ItemNumber] {
        let whole = term.words.map(Self.quoted).joined(separator: " AND ")
        let parts = known.map(\.text).filter { !$0.utf8.elementsEqual(term.words[0].utf8) }
        guard !parts.isEmpty else { return try found(whole) }
        let lists = try stride(from: 0, to: parts.count, by: Self.wordsAtOnceMax).map { start in
            let some = parts[start...].prefix(Self.wordsAtOnceMax).map(Self.quoted)
            let names = "{title authors topic} : (\(some.joined(separator: " OR ")))"
            return try found(start == 0 ? "\(whole) OR \(names)" : names)
        }
        return lists.count == 1 ? lists[0] : ItemNumber.united(lists)
    }

    // MARK: The vocabulary

    private func bookCount(_ word: String) throws -> Int {
        let statement = try HotStatement(database, sql: "SELECT books FROM word WHERE text = ?")
        statement.bind(1, word)
        return Int(try statement.first { $0[0] }.flatMap { $0 } ?? 0)
    }

    private func of(_ words: [String]) throws -> [Known] { try words.map { ($0, try bookCount($0)) } }

    /// The words of which a term is a part; where it is short, of which it is the beginning.
    private func vocabulary(with term: FindWords.Term) throws -> [Known] {
        let word = term.words[0]
        let statement: HotStatement
        if term.letterCount >= FindWords.insideLetterCountMin {
            statement = try HotStatement(
                database,
                sql: """
                    SELECT word.text, books FROM part JOIN word ON word.number = part.rowid
                    WHERE part MATCH ? AND instr(word.text, ?) > 0 AND books > 0
                    """)
            let asked = word.unicodeScalars.prefix(Self.askedLetterCountMax)
            statement.bind(1, Self.quoted(String(String.UnicodeScalarView(asked))))
            statement.bind(2, word)
        } else {
            statement = try HotStatement(
                database, sql: "SELECT text, books FROM word WHERE text >= ? AND text < ? AND books > 0")
            statement.bind(1, word)
            statement.bind(2, word + "\u{10FFFF}")
        }
        return try knownWords(statement)
    }

    private func knownWords(_ statement: HotStatement) throws -> [Known] {
        var words: [Known] = []
        try statement.forEachRow {
            words.append(($0.text(0), Int($0[1] ?? 0)))
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
        if try !swapped.utf8.elementsEqual(word.utf8) && bookCount(swapped) > 0 { variants.insert(swapped) }
        return variants.sorted()
    }

    // MARK: How well they fit

    /// The books of a list that have all words, the best first.
    func ranked(
        _ items: [ItemNumber], for words: FindWords, variants: [[String]] = []
    ) throws -> [(rank: FindRank, item: ItemNumber)] {
        let lines = variants.map { $0.map { Array(SearchText.line(of: [$0]).utf8) } }
        let isbnBooks = Set(try isbnBooks(of: words))
        let entries = try entryStatement
        let description = try HotStatement(
            database, sql: "SELECT instr(words, ?) FROM description WHERE item_number = ?")
        var ranked: [(rank: FindRank, item: ItemNumber)] = []
        for (count, item) in items.enumerated() {
            if count % 64 == 63 { try goOn() }
            guard let entry = try Self.entry(of: item, by: entries) else { continue }
            let rank = try FindRank(
                of: entry, for: words, isThisISBN: isbnBooks.contains(item), variants: lines
            ) { term in
                description.bind(1, String(decoding: term.line, as: UTF8.self))
                description.bind(2, item.value)
                return try (description.first { $0[0] }.flatMap { $0 } ?? 0) > 0
            }
            if let rank { ranked.append((rank, item)) }
        }
        return ranked.sorted { $0.rank == $1.rank ? $0.item < $1.item : $0.rank < $1.rank }
    }

    /// Books that may fit best, of many that have all words: titles that begin with the words, then those that have
    /// them in the title, then anywhere.
    ///
    /// - Parameter isKept: whether a book is among the many.
    func leading(
        for words: FindWords, countMax: Int, isKept: (ItemNumber) -> Bool
    ) throws -> [ItemNumber] {
        var leading: Set<ItemNumber> = Set(try books(meantBy: words).filter(isKept))
        let beginning = try HotStatement(
            database,
            sql: "SELECT item_number FROM entry WHERE title >= ? AND title < ? ORDER BY title LIMIT ?")
        let line = String(decoding: words.line.dropLast(), as: UTF8.self)
        beginning.bind(1, line + " ")
        beginning.bind(2, line + "!")
        beginning.bind(3, Int64(Self.beginningCountMax))
        try add(beginning, to: &leading, countMax: countMax, isKept)
        let all = words.terms.flatMap(\.words).map(Self.quoted).joined(separator: " AND ")
        for expression in ["title : (\(all))", all] where leading.count < countMax {
            let statement = try HotStatement(database, sql: Self.foundSQL)
            statement.bind(1, expression)
            try add(statement, to: &leading, countMax: countMax, isKept)
        }
        return leading.sorted()
    }

    private func add(
        _ statement: HotStatement, to items: inout Set<ItemNumber>, countMax: Int,
        _ isKept: (ItemNumber) -> Bool
    ) throws {
        try statement.forEachRow { row in
            if let item = row[0].flatMap({ ItemNumber($0) }), isKept(item) { items.insert(item) }
            return items.count < countMax
        }
    }

    private var entryStatement: HotStatement {
        get throws {
            try HotStatement(
                database,
                sql: """
                    SELECT title, main_title_count, authors, topic, is_described
                    FROM entry WHERE item_number = ?
                    """)
        }
    }

    private static func entry(of item: ItemNumber, by statement: HotStatement) throws -> FindEntry? {
        statement.bind(1, item.value)
        return try statement.first { row in
            FindEntry(
                item: item, title: row.bytes(0), mainTitleCount: Int(row[1] ?? 0), authors: row.bytes(2),
                topic: row.bytes(3), isDescribed: row[4] == 1)
        }
    }

    // MARK: By title

    /// Some books in the order of their titles.
    func sortedByTitle(_ items: [ItemNumber]) throws -> [ItemNumber] {
        let statement = try HotStatement(database, sql: "SELECT title FROM entry WHERE item_number = ?")
        let titles = try items.compactMap { item in
            statement.bind(1, item.value)
            return try statement.first { (title: $0.bytes(0), item: item) }
        }
        return titles.sorted {
            $0.title == $1.title ? $0.item < $1.item : $0.title.lexicographicallyPrecedes($1.title)
        }.map(\.item)
    }

    /// Calls `body` with all books in the order of their titles, until it says no.
    func forEachByTitle(_ body: (ItemNumber) -> Bool) throws {
        let statement = try HotStatement(
            database, sql: "SELECT item_number FROM entry INDEXED BY entry_title ORDER BY title, item_number")
        try statement.forEachRow { row in row[0].flatMap { ItemNumber($0) }.map(body) ?? true }
    }

    // MARK: Lists of numbers

    private static let foundSQL = "SELECT rowid FROM found WHERE found MATCH ? ORDER BY rowid"

    private func found(_ expression: String) throws -> [ItemNumber] { try items(Self.foundSQL, expression) }

    private func items(_ sql: String, _ argument: String) throws -> [ItemNumber] {
        let statement = try HotStatement(database, sql: sql)
        statement.bind(1, argument)
        var items: [ItemNumber] = []
        try statement.forEachRow { row in
            if let item = row[0].flatMap({ ItemNumber($0) }) { items.append(item) }
            return true
        }
        return items
    }

    /// In quotes nothing is an operator. No word has a quote.
    private static func quoted(_ word: String) -> String { "\"\(word)\"" }

    private func goOn() throws {
        guard isWanted() else { throw DatabaseError(resultCode: .SQLITE_INTERRUPT) }
    }
}
