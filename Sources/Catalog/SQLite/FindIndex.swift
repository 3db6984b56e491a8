internal import Foundation
internal import GRDB
internal import Model
internal import Storage

/// The tables of the full-text index. Used by ``BookFinder`` only, which writes from one thread at a time.
struct FindIndex {
    private struct Progress {
        /// Books up to this number were taken from the catalog's books, in their order.
        var builtItem: Int64
        /// Whether all were.
        var isBuilt: Bool
        /// Books added, edited, retired and brought back up to this movement are taken in.
        var movement: Int64
    }

    /// The index's file in the data folder.
    static let fileName = "find.sqlite"

    private let database: DatabasePool

    /// Opens the index in `folder`, or makes a new one where it is missing or another ledger's.
    ///
    /// - Parameter searchCountMax: searches at once.
    init(in folder: String, ledger: Int64, searchCountMax: Int) throws {
        let path = folder + "/" + Self.fileName
        // Never the last copy of anything: a power cut may cost the newest entries, which are taken in again,
        // so only checkpoints wait for the disk, as is the pool's way.
        var configuration = Configuration()
        configuration.maximumReaderCount = max(1, searchCountMax)
        try PrivateFiles.make(path)
        let opened = try DatabasePool(path: path, configuration: configuration)
        let known = try? opened.read { database in
            try Int.fetchOne(database, sql: "PRAGMA user_version") == SearchText.version
                ? Int64.fetchOne(database, sql: "SELECT ledger FROM progress") : nil
        }
        if known == ledger {
            database = opened
            return
        }
        try opened.close()
        Self.remove(in: folder)
        try PrivateFiles.make(path)
        database = try DatabasePool(path: path, configuration: configuration)
        try database.write { try Self.create(ledger: ledger, in: $0) }
    }

    /// Deletes the index in `folder`: it is rebuilt when it is opened.
    static func remove(in folder: String) {
        for suffix in ["", "-wal", "-shm"] { unlink(folder + "/" + fileName + suffix) }
    }

    /// What a database's error says of the index; nil for any other error.
    static func isDamaged(by error: any Error) -> Bool? {
        (error as? DatabaseError).map { [.SQLITE_CORRUPT, .SQLITE_NOTADB].contains($0.resultCode) }
    }

    private static func create(ledger: Int64, in database: Database) throws {
        try database.execute(
            sql: """
                PRAGMA user_version = \(SearchText.version);
                CREATE TABLE progress (
                    ledger INTEGER NOT NULL, built_item INTEGER NOT NULL, is_built INTEGER NOT NULL,
                    movement INTEGER
                ) STRICT;
                CREATE TABLE entry (
                    item_number INTEGER PRIMARY KEY, topic TEXT NOT NULL, folded TEXT NOT NULL
                ) STRICT;
                CREATE VIRTUAL TABLE found USING fts5(
                    folded, content = 'entry', content_rowid = 'item_number', tokenize = 'trigram');
                """)
        try database.execute(sql: "INSERT INTO progress VALUES (?, 0, 0, NULL)", arguments: [ledger])
    }

    // MARK: Following the catalog

    /// Takes in up to `countMax` books; true when the index has all of them then.
    func catchUp(with catalog: any CatalogStoring, countMax: Int) throws -> Bool {
        let lastMovement = catalog.lastMovement
        return try database.write { database in
            guard
                let row = try Row.fetchOne(
                    database, sql: "SELECT built_item, is_built, movement FROM progress")
            else { throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "the progress is missing") }
            let movement = row[2] as Int64?
            var progress = Progress(
                builtItem: row[0], isBuilt: row[1], movement: movement ?? lastMovement)
            let count =
                try progress.isBuilt
                ? takeMovements(from: catalog, countMax: countMax, &progress, in: database)
                : takeBooks(from: catalog, countMax: countMax, &progress, in: database)
            if count > 0 || movement == nil {
                try database.execute(
                    sql: "UPDATE progress SET built_item = ?, is_built = ?, movement = ?",
                    arguments: [progress.builtItem, progress.isBuilt, progress.movement])
            }
            return progress.isBuilt && count < countMax
        }
    }

    private func takeBooks(
        from catalog: any CatalogStoring, countMax: Int, _ progress: inout Progress, in database: Database
    ) throws -> Int {
        let books = try catalog.booksInShop(after: progress.builtItem, limit: countMax)
        for book in books { try add(book, in: database) }
        progress.builtItem = books.last?.item.value ?? progress.builtItem
        progress.isBuilt = books.count < countMax
        // At least one, so that the progress is written.
        return max(books.count, 1)
    }

    private func takeMovements(
        from catalog: any CatalogStoring, countMax: Int, _ progress: inout Progress, in database: Database
    ) throws -> Int {
        let changes = try catalog.shopChanges(after: progress.movement, limit: countMax)
        // A book is taken in as it is: what became of it since is told by later movements once more.
        for found in try catalog.details(of: Array(Set(changes.map(\.item)))) {
            try remove(found.book.item, in: database)
            if !found.isRetired { try add(found.book, in: database) }
        }
        progress.movement = changes.last?.sequence ?? progress.movement
        return changes.count
    }

    private func add(_ book: Book, in database: Database) throws {
        let text = SearchText.entry(of: book)
        let entry = try database.cachedStatement(
            sql: "INSERT INTO entry (item_number, topic, folded) VALUES (?, ?, ?) ON CONFLICT DO NOTHING")
        try entry.execute(arguments: [book.item.value, book.topic, text])
        guard database.changesCount == 1 else { return }
        let found = try database.cachedStatement(sql: "INSERT INTO found (rowid, folded) VALUES (?, ?)")
        try found.execute(arguments: [book.item.value, text])
    }

    private func remove(_ item: ItemNumber, in database: Database) throws {
        let text = try String.fetchOne(
            database, sql: "SELECT folded FROM entry WHERE item_number = ?", arguments: [item.value])
        guard let text else { return }
        try database.execute(
            sql: "INSERT INTO found (found, rowid, folded) VALUES ('delete', ?, ?)",
            arguments: [item.value, text])
        try database.execute(sql: "DELETE FROM entry WHERE item_number = ?", arguments: [item.value])
    }

    // MARK: Finding

    /// The numbers of the books that match, in their order.
    ///
    /// The index gives the books that have some of the wanted groups of three characters; whether the words
    /// themselves are there is looked up in each. The index alone could answer it, but its work cannot be
    /// ended, and a long word of one letter takes as many steps a book as it has letters.
    ///
    /// - Parameter isWanted: asked again and again; the search is given up where it says no.
    /// - Returns: nil for a search that was given up.
    func find(_ query: FindQuery, while isWanted: @escaping () -> Bool) throws -> [ItemNumber]? {
        let words = SearchText.needed(query.words)
        let groups = SearchText.indexedGroups(of: words, countMax: Self.drivingGroupCountMax)
        let key = groups.isEmpty ? "entry.item_number" : "found.rowid"
        var conditions = ["\(key) > ?"]
        var arguments: StatementArguments = [query.after]
        if !groups.isEmpty {
            // In quotes nothing is an operator, and a quote is written twice.
            let terms = groups.map { "\"" + $0.replacing("\"", with: "\"\"") + "\"" }
            conditions.append("found MATCH ?")
            arguments += [terms.joined(separator: " AND ")]
        }
        for word in words {
            let isIndexed = word.unicodeScalars.count >= SearchText.indexedLength
            conditions.append("instr(entry.folded, ?) > 0")
            arguments += [isIndexed ? word : " " + word]
        }
        if let topic = query.topic {
            conditions.append("entry.topic = ?")
            arguments += [topic]
        }
        let tables = groups.isEmpty ? "entry" : "found JOIN entry ON entry.item_number = found.rowid"
        do {
            return try database.read { database in
                try database.whileWanted(isWanted) {
                    try Int64.fetchAll(
                        database,
                        sql: """
                            SELECT \(key) FROM \(tables) WHERE \(conditions.joined(separator: " AND "))
                            ORDER BY \(key) LIMIT \(query.limit)
                            """, arguments: arguments
                    ).compactMap { ItemNumber($0) }
                }
            }
        } catch  where Database.wasGivenUp(error) {
            return nil
        }
    }

    /// Groups of three characters that the index is asked for: enough to leave few books to look at, few
    /// enough that asking for common ones takes only milliseconds, which nothing can end.
    private static let drivingGroupCountMax = 4
}
