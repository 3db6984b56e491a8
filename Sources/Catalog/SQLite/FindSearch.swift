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

    /// What it costs to look at a book, and to look up a list, in entries of lists that are read meanwhile.
    private static let entriesPerBook = 1_000
    private static let entriesPerList = 250
    /// Books whose titles begin with the words, in the order of the titles.
    private static let beginningCountMax = 200

    private let database: Database
    private let vocabulary: FindVocabulary
    private let lists: FindWordLists
    private let isWanted: () -> Bool

    init(_ database: Database, isWanted: @escaping () -> Bool) throws {
        self.database = database
        vocabulary = FindVocabulary(database)
        lists = try FindWordLists(database)
        self.isWanted = isWanted
    }

    // MARK: Who has the words

    /// The books that have all words somewhere, whole or in part, among them all that do.
    ///
    /// The rarest word comes first. The others narrow down what it gives, until few are left to be looked at.
    ///
    /// - Parameter variants: for each term what it may have been before a typing error; empty for none.
    func candidates(for words: FindWords, variants: [[String]] = []) throws -> Candidates {
        let terms = try words.terms.enumerated().map { index, term in
            let parts = term.isWhole ? [] : try vocabulary.words(with: term)
            let meant = try (variants.isEmpty ? [] : variants[index]).compactMap(vocabulary.word)
            return (term: term, known: parts + meant, books: try bookCount(of: term, parts + meant))
        }
        var isSure = true
        var items: [Int64]?
        for (term, known, books) in terms.sorted(by: { $0.books < $1.books }) {
            guard let found = items else {
                items = try having(term, known, among: nil)
                isSure = term.words.count == 1
                continue
            }
            guard !found.isEmpty else { break }
            if books + Self.entriesPerList * known.count > Self.entriesPerBook * found.count {
                isSure = false
            } else {
                items = try having(term, known, among: found)
                if term.words.count > 1 { isSure = false }
            }
        }
        let found = (items ?? []).compactMap { ItemNumber($0) }
        return Candidates(items: ItemNumber.united(found, try books(meantBy: words)), isSure: isSure)
    }

    /// About how many books have a term.
    private func bookCount(of term: FindWords.Term, _ known: [FindVocabulary.Word]) throws -> Int {
        let whole = try term.words.map { try vocabulary.word($0)?.books ?? 0 }.min() ?? 0
        return known.reduce(whole) { $0 + $1.books }
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

    /// The books with a term, those of a list or all.
    private func having(
        _ term: FindWords.Term, _ known: [FindVocabulary.Word], among items: [Int64]?
    ) throws -> [Int64] {
        try term.words.reduce(items) { items, word in
            var gathered = GatheredItems()
            let whole = try vocabulary.word(word).map { [$0] } ?? []
            // A word that is typed whole may be among those that it is part of.
            for number in Set((known + whole).map(\.number)).sorted() {
                try goOn()
                try lists.add(number, to: &gathered)
            }
            for item in try described(word) { gathered.add(item.value) }
            return items.map(gathered.common) ?? gathered.sorted()
        } ?? []
    }

    /// For each term the words of which one typing error makes it; empty where there are none for any.
    func variants(of words: FindWords) throws -> [[String]] { try vocabulary.variants(of: words) }

    private func described(_ word: String) throws -> [ItemNumber] {
        // In quotes nothing is an operator. No word has a quote.
        try items("SELECT rowid FROM described WHERE described MATCH ? ORDER BY rowid", "\"\(word)\"")
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
    /// them in the title, then anywhere, whole or in part.
    func leading(among many: [ItemNumber], for words: FindWords, countMax: Int) throws -> [ItemNumber] {
        let isKept = { (item: ItemNumber) in
            let place = many.partitioningIndex { $0 >= item }
            return place < many.count && many[place] == item
        }
        var leading: Set<ItemNumber> = Set(try books(meantBy: words).filter(isKept))
        let beginning = try HotStatement(
            database,
            sql: "SELECT item_number FROM entry WHERE title >= ? AND title < ? ORDER BY title LIMIT ?")
        let line = String(decoding: words.line.dropLast(), as: UTF8.self)
        beginning.bind(1, line + " ")
        beginning.bind(2, line + "!")
        beginning.bind(3, Int64(Self.beginningCountMax))
        try beginning.forEachRow { row in
            if let item = row[0].flatMap({ ItemNumber($0) }), isKept(item) { leading.insert(item) }
            return leading.count < countMax
        }
        let all = words.terms.flatMap(\.words)
        for isTitle in [true, false] where leading.count < countMax {
            let found = try all.reduce(nil) { (items: [Int64]?, word) in
                try isTitle
                    ? titles(with: word, among: items)
                    : having(FindWords.Term([word], isWhole: true), [], among: items)
            }
            add((found ?? []).lazy.compactMap { ItemNumber($0) }.filter(isKept), to: &leading, countMax)
        }
        add(many, to: &leading, countMax)
        return leading.sorted()
    }

    private func add(_ items: some Sequence<ItemNumber>, to leading: inout Set<ItemNumber>, _ countMax: Int) {
        for item in items {
            guard leading.count < countMax else { return }
            leading.insert(item)
        }
    }

    private func titles(with word: String, among items: [Int64]?) throws -> [Int64] {
        var gathered = GatheredItems()
        if let word = try vocabulary.word(word) { try lists.add(word.number, [.title], to: &gathered) }
        return items.map(gathered.common) ?? gathered.sorted()
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

    private func goOn() throws {
        guard isWanted() else { throw DatabaseError(resultCode: .SQLITE_INTERRUPT) }
    }
}
