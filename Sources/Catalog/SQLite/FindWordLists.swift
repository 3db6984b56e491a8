internal import GRDB
internal import Storage

/// The books that have a word in the title, in an author's name or in the topic: for each word two packed lists.
///
/// Changes are written one by one, and packed into the lists when they are many: the lists of common words are long,
/// and to write these anew for every few books would take longer than everything else.
struct FindWordLists {
    /// Where a book has a word, or no longer has it.
    struct Change {
        let item: Int64
        let isTitle: Bool
        let isThere: Bool
    }

    /// Where a word stands.
    enum Place {
        case title
        /// In an author's name or in the topic.
        case elsewhere
    }

    /// Changes that are not packed yet, at most; those of a common word take longer to read than its list.
    static let changeCountMax: Int64 = 100_000

    static let tables = """
        CREATE TABLE list (word INTEGER PRIMARY KEY, titles BLOB NOT NULL, others BLOB NOT NULL) STRICT;
        CREATE TABLE change (
            word INTEGER NOT NULL, is_title INTEGER NOT NULL, item_number INTEGER NOT NULL,
            is_there INTEGER NOT NULL, PRIMARY KEY (word, is_title, item_number)
        ) STRICT, WITHOUT ROWID;
        """

    private let lists: HotStatement
    /// Nil where all is packed.
    private let changes: HotStatement?

    init(_ database: Database) throws {
        lists = try HotStatement(database, sql: "SELECT titles, others FROM list WHERE word = ?")
        let isPacked = try HotStatement(database, sql: "SELECT 1 FROM change LIMIT 1").first { _ in } == nil
        changes =
            isPacked
            ? nil
            : try HotStatement(
                database, sql: "SELECT item_number, is_there FROM change WHERE word = ? AND is_title = ?")
    }

    // MARK: Reading

    /// Adds the books that have a word, which is given by its number in the vocabulary.
    func add(_ word: Int64, _ places: [Place] = [.title, .elsewhere], to gathered: inout GatheredItems) throws
    {
        lists.bind(1, word)
        for place in places {
            var (added, left): ([Int64], Set<Int64>) = ([], [])
            if let changes {
                changes.bind(1, word)
                changes.bind(2, place == .title ? 1 : 0)
                try changes.forEachRow { row in
                    guard let item = row[0] else { return true }
                    if row[1] == 1 { added.append(item) } else { left.insert(item) }
                    return true
                }
            }
            _ = try lists.first { row in
                row.withBytes(place == .title ? 0 : 1) { gathered.add(packed: $0, without: left) }
            }
            for item in added { gathered.add(item) }
        }
    }

    // MARK: Writing

    /// Writes what has changed. Of several changes of one place the last one holds.
    static func write(_ changes: [Change], of word: Int64, in database: Database) throws {
        let statement = try HotStatement(database, sql: "INSERT OR REPLACE INTO change VALUES (?, ?, ?, ?)")
        statement.bind(1, word)
        for change in changes {
            statement.bind(2, change.isTitle ? 1 : 0)
            statement.bind(3, change.item)
            statement.bind(4, change.isThere ? 1 : 0)
            _ = try statement.run()
        }
    }

    /// Packs all changes into the lists.
    static func pack(in database: Database) throws {
        let lists = try Self(database)
        let statement = try HotStatement(database, sql: "INSERT OR REPLACE INTO list VALUES (?, ?, ?)")
        for word in try Int64.fetchAll(database, sql: "SELECT DISTINCT word FROM change") {
            statement.bind(1, word)
            for (column, place) in [(Int32(2), Place.title), (3, .elsewhere)] {
                var gathered = GatheredItems()
                try lists.add(word, [place], to: &gathered)
                statement.bind(column, bytes: PackedItems(gathered.sorted()).bytes)
            }
            _ = try statement.run()
        }
        try database.execute(sql: "DELETE FROM change")
    }
}
